/** A durable store for Backchat servers on one machine. */

export { type LmdbStore, type LmdbStoreOptions, lmdbStore } from './lmdb-store.js'

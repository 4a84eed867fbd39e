/** What the author of a store needs: the operations and their results, and the decisions, to be put on tables of the own make. */

export { type ChunkLog, noChunks } from './store/chunk-log.js'
export { Hints } from './store/hints.js'
export { type Entries, type Entry, emptyJournal, type Journal } from './store/journal.js'
export { type Asked, firstOf, type Log, type Logged, logBounds, type Withdrawal } from './store/log.js'
export { StoreLogic, type StoreLogicOptions } from './store/logic.js'
export { type MemoryStore, storeInMemory } from './store/memory.js'
export type * from './store/operations.js'
export type { Link, SessionRecord } from './store/session-record.js'
export type { SessionBounds } from './store/sessions.js'
export type { Store } from './store/store.js'
export type * from './store/tables.js'

/** Conformance of stores: what every store does, for people who write one. */

export { type ModelOptions, sameAsReference } from './conformance/model.js'
export type { OpenedStore, OpenStore, StoreBounds, StoreCase } from './conformance/store-case.js'
export { storeConformance } from './conformance/store-conformance.js'

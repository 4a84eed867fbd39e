/** What a case of store conformance is, and what it needs of the store under test. */

import type { Store } from '@backchat/server/store'

/** The bounds with which a store is to be opened; its own defaults where they are left out. */
export interface StoreBounds {
  readonly maxSessions?: number
  readonly maxSessionsPerUser?: number
}

/** A store under test, empty. */
export interface OpenedStore {
  readonly store: Store
  /** Moves the store's clock, which stands still otherwise. Left out: cases about time cannot run. */
  readonly advance?: (ms: number) => void | Promise<void>
  /** Closes the store and opens it again with what it had. Left out: it does not outlive its process. */
  readonly reopen?: () => Store | Promise<Store>
}

/** Opens an empty store. A case closes what it opened. */
export type OpenStore = (bounds: StoreBounds) => OpenedStore | Promise<OpenedStore>

export interface StoreCase {
  /** A sentence about what a store does. */
  readonly name: string
  /** What a store must offer for this case; see {@link OpenedStore}. */
  readonly needs?: 'advance' | 'reopen'
  /** Rejects when the store does not do that. */
  readonly run: (open: OpenStore) => Promise<void>
}

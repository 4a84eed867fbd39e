/** For tests: a store in memory that is asked one thing at a time, on a clock that stands still until it is moved. */

import type { Json } from '@backchat/protocol'
import { type StoreInMemoryOptions, storeInMemory } from './memory.js'
import type {
  BeginOperation,
  Fence,
  GreetOperation,
  GreetResult,
  Note,
  Operation,
  ResultOf,
  RunFence,
  Target,
} from './operations.js'

/** The owner `me` is enlisted. Session and epoch are named after the order of greetings. */
export const opened = (options: Partial<StoreInMemoryOptions> = {}) => {
  const clock = { now: 1_000 }
  const store = storeInMemory({ now: () => clock.now, ...options })
  let records = 0
  const ask = <O extends Operation>(operation: O): ResultOf<O> => {
    const [result] = store.apply([operation])
    if (result?.op !== operation.op) throw new Error('The result stands in the place of its operation.')
    return result as ResultOf<O>
  }
  const greet = (over: Partial<GreetOperation> = {}): GreetResult => {
    records += 1
    return ask({
      op: 'greet',
      user: 'ann',
      client: 'c',
      secretHash: 'hash',
      attempt: 1,
      lastPush: 0,
      floor: 0,
      settled: [],
      page: 'page',
      owner: 'me',
      newSession: `session ${records}`,
      newEpoch: `epoch ${records}`,
      ...over,
    })
  }
  /** The fence of a hello that must succeed. */
  const fenceOf = (over: Partial<GreetOperation> = {}): Fence => {
    const result = greet(over)
    if (result.status !== 'ok') throw new Error(result.status)
    return { session: result.session, epoch: result.epoch, attempt: over.attempt ?? 1 }
  }
  const append = (target: Target, text = 'hi', owner = 'me') =>
    ask({ op: 'append', target, message: JSON.stringify(text) as Json, bytes: text.length + 2, owner }).appended
  const enlist = (owner: string, node?: string) =>
    ask({ op: 'enlist', owner, ...(node !== undefined && { node }), leaseMs: 5_000 })
  const renew = (owner: string, { seen = 0, sessionTtlMs = 120_000 } = {}) =>
    ask({ op: 'renew', owner, leaseMs: 5_000, sessionTtlMs, seen })
  /** All notes of an owner that lives. */
  const notesOf = (owner: string): readonly Note[] => {
    const result = renew(owner)
    if (result.status !== 'ok') throw new Error(result.status)
    return result.notes
  }
  /** Moves the time while these owners live on. */
  const later = (ms: number, ...living: readonly string[]) => {
    for (const end = clock.now + ms; clock.now < end; ) {
      clock.now = Math.min(end, clock.now + 1_000)
      for (const owner of living) renew(owner)
    }
  }
  enlist('me')
  return { store, clock, ask, greet, fenceOf, append, enlist, renew, notesOf, later }
}

export const beginning = (fence: Fence, n: number, over: Partial<BeginOperation> = {}): BeginOperation => ({
  op: 'begin',
  fence,
  n,
  mode: 'request',
  owner: 'me',
  idempotent: false,
  onlyLookUp: false,
  from: 0,
  ...over,
})

export const runOf = ({ session, epoch }: Fence, n: number, owner = 'me'): RunFence => ({ session, epoch, n, owner })

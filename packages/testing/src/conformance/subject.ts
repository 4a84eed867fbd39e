/** A store under test, as a case talks to it: one thing at a time, with what does not matter filled in. */

import type { Json } from '@backchat/protocol'
import type {
  AppendResult,
  BeginOperation,
  DetachOperation,
  Ending,
  Fence,
  GreetOperation,
  GreetResult,
  Note,
  Operation,
  Owner,
  RenewResult,
  ResultOf,
  RunFence,
  Store,
  StoredPush,
  Target,
} from '@backchat/server/store'
import { like } from './expect.js'
import type { OpenedStore, OpenStore, StoreBounds, StoreCase } from './store-case.js'

const leaseMs = 5_000

export class Subject {
  #opened: OpenedStore
  #records = 0

  constructor(opened: OpenedStore) {
    this.#opened = opened
  }

  get store(): Store {
    return this.#opened.store
  }

  async apply(...operations: readonly Operation[]) {
    return this.store.apply(operations)
  }

  async ask<O extends Operation>(operation: O): Promise<ResultOf<O>> {
    const results = await this.store.apply([operation])
    like(results, [{ op: operation.op }], 'The result stands in the place of its operation')
    return results[0] as ResultOf<O>
  }

  /** Asks, and compares the fields that are expected. */
  async answers<O extends Operation>(operation: O, expected: Partial<ResultOf<O>> & object): Promise<void> {
    like(await this.ask(operation), expected, said(operation))
  }

  /** Moves the time on while these owners renew their leases. */
  async later(ms: number, ...living: readonly Owner[]): Promise<void> {
    const { advance } = this.#opened
    if (advance === undefined) throw new Error('This case needs a store whose clock can be advanced.')
    for (let left = ms; left > 0; left -= 1_000) {
      await advance(Math.min(left, 1_000))
      for (const owner of living) await this.renew(owner, { sessionTtlMs: Number.MAX_SAFE_INTEGER })
    }
  }

  async reopen(): Promise<void> {
    const { reopen } = this.#opened
    if (reopen === undefined) throw new Error('This case needs a store that can be opened again.')
    this.#opened = { ...this.#opened, store: await reopen() }
  }

  enlist(owner: Owner, node?: string) {
    return this.ask({ op: 'enlist', owner, leaseMs, ...(node !== undefined && { node }) })
  }

  renew(owner: Owner, { seen = 0, sessionTtlMs = 120_000 } = {}): Promise<RenewResult> {
    return this.ask({ op: 'renew', owner, leaseMs, sessionTtlMs, seen })
  }

  /** All notes of an owner that lives. */
  async notes(owner: Owner): Promise<readonly Note[]> {
    const result = await this.renew(owner, { sessionTtlMs: Number.MAX_SAFE_INTEGER })
    if (result.status !== 'ok') throw new Error(`The owner ${owner} has ended.`)
    return result.notes
  }

  /** Forgets the notes there are. */
  async read(owner: Owner): Promise<void> {
    await this.renew(owner, { seen: Number.MAX_SAFE_INTEGER, sessionTtlMs: Number.MAX_SAFE_INTEGER })
  }

  /** Sessions and epochs are named by the order of greetings. */
  greet(over: Partial<GreetOperation> = {}): Promise<GreetResult> {
    this.#records += 1
    return this.ask({ ...hello, newSession: `session ${this.#records}`, newEpoch: `epoch ${this.#records}`, ...over })
  }

  /** The fence of a hello that must succeed. */
  async fence(over: Partial<GreetOperation> = {}): Promise<Fence> {
    const result = await this.greet(over)
    if (result.status !== 'ok') throw new Error(`A hello that is right was answered with ${result.status}.`)
    return { session: result.session, epoch: result.epoch, attempt: over.attempt ?? hello.attempt }
  }

  detach(attempt = 1, over: Partial<DetachOperation> = {}) {
    return this.ask({ op: 'detach', user: 'ann', client: 'c', attempt, page: 'page', ...over })
  }

  async append(target: Target, text = 'hi', owner = 'me'): Promise<AppendResult['appended']> {
    return (await this.ask({ op: 'append', target, owner, ...sized(text) })).appended
  }

  /** Asks a client something. */
  question(session: string, owner = 'other', timeoutMs = 60_000): Promise<AppendResult> {
    const target = { to: 'session', session } as const
    return this.ask({ op: 'append', target, owner, ...sized('sure?'), ask: { timeoutMs } })
  }

  async pushes(fence: Fence, after = 0, most = 2_000): Promise<readonly StoredPush[]> {
    const result = await this.ask({ op: 'read', fence, after, most })
    if (result.status !== 'ok') throw new Error('A read with the current fence was fenced.')
    return result.pushes
  }
}

const hello: GreetOperation = {
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
  newSession: '',
  newEpoch: '',
}

export const begin = (fence: Fence, n: number, over: Partial<BeginOperation> = {}): BeginOperation => ({
  op: 'begin',
  fence,
  n,
  mode: 'stream',
  owner: 'me',
  idempotent: false,
  onlyLookUp: false,
  from: 0,
  ...over,
})

export const runOf = ({ session, epoch }: Fence, n: number, owner = 'me'): RunFence => ({ session, epoch, n, owner })

/** A text as JSON, with its size. Use letters only. */
export const sized = (text: string) => ({ message: JSON.stringify(text) as Json, bytes: text.length + 2 })

export const ended = (text: string): Ending => ({ ok: true, message: sized(text).message })

export const finish = (run: RunFence, text = 'done', count = 0) =>
  ({ op: 'finish', run, count, ending: ended(text), bytes: text.length + 2 }) as const

/** Chunks with these texts. */
export const chunks = (run: RunFence, first: number, ...texts: readonly string[]) =>
  ({
    op: 'chunks',
    run,
    first,
    chunks: texts.map((text) => ({ content: sized(text).message, bytes: text.length + 2 })),
  }) as const

export const confirm = (fence: Fence, over: Partial<Extract<Operation, { op: 'confirm' }>> = {}) =>
  ({ op: 'confirm', fence, push: 0, floor: 0, settled: [], chunks: [], ...over }) as const

const said = (operation: Operation): string => {
  const text = JSON.stringify(operation)
  return `The answer to ${text.length <= 300 ? text : `${text.slice(0, 300)}…`}`
}

/** A case in which the owners `me` and `other` are enlisted. */
export const storeCase = (
  name: string,
  play: (subject: Subject) => Promise<void>,
  { bounds = {}, needs }: { readonly bounds?: StoreBounds; readonly needs?: StoreCase['needs'] } = {},
): StoreCase => ({
  name,
  ...(needs !== undefined && { needs }),
  run: async (open: OpenStore) => {
    const subject = new Subject(await open(bounds))
    try {
      await subject.enlist('me', 'node 1')
      await subject.enlist('other', 'node 2')
      await play(subject)
    } finally {
      await subject.store.close()
    }
  },
})

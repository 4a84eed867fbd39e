/** The history, sorted by what it is about: each ask with its runs and ends, each session with its pushes, each end of a server. */

import type { Asked, At, Attached, ClientFact, Gap, Heard, History, Reset, ServerFact, Settled } from './history.js'

/** What became of one ask. */
export interface Ask {
  readonly asked: At<Asked>
  readonly ends: At<Settled>[]
  /** The names of its runs. */
  readonly runs: string[]
  readonly read: Read
}

/** The chunks that were read of it. */
export interface Read {
  /** So many came, in order and from one run, before anything else did. */
  exact: number
  run: unknown
  /** The first that was not as it should be. */
  wrong: string | undefined
  lastAtMs: number
}

export interface SentPush {
  readonly push: string
  appended: 'yes' | 'no' | 'maybe'
}

export interface Session {
  readonly client: string
  /** In the order in which the manager was given them. */
  readonly pushes: SentPush[]
}

/** A server's end, from the first signal to the exit; `undefined`: nobody sent one. */
export interface ServerEnd {
  readonly server: number
  readonly how: ('kill' | 'restart')[]
  beganAtMs: number | undefined
  endedAtMs: number | undefined
  trouble: string | undefined
}

export interface Ledger {
  readonly asks: ReadonlyMap<string, Ask>
  /** When each run started, and when it was about to return, if it came to that. */
  readonly runs: ReadonlyMap<string, { readonly startedAtMs: number; returningAtMs?: number }>
  readonly sessions: ReadonlyMap<string, Session>
  /** The sessions of each client, oldest first. */
  readonly sessionsOf: ReadonlyMap<string, readonly string[]>
  /** What each client heard of pushes, in its order. */
  readonly heardBy: ReadonlyMap<string, readonly At<Heard | Gap | Reset>[]>
  readonly serverEnds: readonly ServerEnd[]
  /** When the clients' process was asleep. */
  readonly sleeps: readonly { readonly fromMs: number; readonly toMs: number }[]
  readonly struck: ReadonlyMap<string, number>
  readonly reported: ReadonlyMap<string, number>
  /** Ends and runs of what nobody asked. */
  readonly strangers: readonly string[]
}

export function ledgerOf({ clients, server }: History): Ledger {
  const ledger = new Book()
  for (const fact of clients) ledger.takeClient(fact)
  for (const fact of server) ledger.takeServer(fact)
  return ledger
}

class Book implements Ledger {
  readonly asks = new Map<string, Ask>()
  readonly runs = new Map<string, { readonly startedAtMs: number; returningAtMs?: number }>()
  readonly sessions = new Map<string, Session>()
  readonly sessionsOf = new Map<string, string[]>()
  readonly heardBy = new Map<string, At<Heard | Gap | Reset>[]>()
  readonly sleeps: { readonly fromMs: number; readonly toMs: number }[] = []
  readonly struck = new Map<string, number>()
  readonly reported = new Map<string, number>()
  readonly strangers: string[] = []
  readonly #ends = new Map<number, ServerEnd>()
  readonly #pushes = new Map<string, SentPush>()

  get serverEnds(): readonly ServerEnd[] {
    return [...this.#ends.values()]
  }

  takeClient(fact: ClientFact): void {
    switch (fact.kind) {
      case 'asked':
        return void this.asks.set(fact.id, { asked: fact, ends: [], runs: [], read: nothing(fact.atMs) })
      case 'settled':
        return this.#ask(fact.id, 'an end')?.ends.push(fact) as undefined
      case 'chunk':
        return take(this.#ask(fact.id, 'a chunk')?.read, fact.run, fact.chunk, fact.atMs)
      case 'heard':
      case 'gap':
      case 'reset':
        return void listOf(this.heardBy, fact.client).push(fact)
      case 'connection':
        return undefined
      case 'ending':
        return void this.#end(fact.server, fact.atMs).how.push(fact.how)
      case 'ended':
        return void Object.assign(this.#end(fact.server), { endedAtMs: fact.atMs, trouble: fact.trouble })
      case 'slept':
        return void this.sleeps.push({ fromMs: fact.atMs - fact.forMs, toMs: fact.atMs })
      case 'struck':
        return count(this.struck, fact.fault.kind)
      case 'reported':
        return count(this.reported, `${fact.by.startsWith('client') ? 'client' : fact.by}: ${fact.code}`)
    }
  }

  takeServer(fact: ServerFact): void {
    switch (fact.kind) {
      case 'started':
        this.runs.set(fact.run, { startedAtMs: fact.atMs })
        return void this.#ask(fact.id, 'a run')?.runs.push(fact.run)
      case 'returning':
        return void Object.assign(this.runs.get(fact.run) ?? {}, { returningAtMs: fact.atMs })
      case 'attached':
        return this.#attach(fact)
      case 'pushing': {
        const push: SentPush = { push: fact.push, appended: 'maybe' }
        this.#pushes.set(fact.push, push)
        return void this.sessions.get(fact.session)?.pushes.push(push)
      }
      case 'pushed':
        return void Object.assign(this.#pushes.get(fact.push) ?? {}, { appended: fact.appended })
      case 'reported':
        return count(this.reported, `${fact.by}: ${fact.code}`)
    }
  }

  #ask(id: string, what: string): Ask | undefined {
    const ask = this.asks.get(id)
    if (!ask) this.strangers.push(`${what} of ${id}, which nobody asked`)
    return ask
  }

  #attach({ session, client }: Attached): void {
    if (this.sessions.has(session)) return
    this.sessions.set(session, { client, pushes: [] })
    listOf(this.sessionsOf, client).push(session)
  }

  #end(server: number, beganAtMs?: number): ServerEnd {
    const known = this.#ends.get(server)
    if (known) return known
    const end: ServerEnd = { server, how: [], beganAtMs, endedAtMs: undefined, trouble: undefined }
    this.#ends.set(server, end)
    return end
  }
}

function nothing(atMs: number): Read {
  return { exact: 0, run: undefined, wrong: undefined, lastAtMs: atMs }
}

function take(read: Read | undefined, run: unknown, chunk: unknown, atMs: number): void {
  if (!read) return
  read.lastAtMs = atMs
  if (read.exact === 0 && read.wrong === undefined) read.run = run
  if (read.wrong === undefined && chunk === read.exact && run === read.run) read.exact += 1
  else read.wrong ??= `chunk ${String(chunk)} of run ${String(run)} where ${read.exact} of ${String(read.run)} was due`
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

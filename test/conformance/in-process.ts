/** A server in this process: the real machine on the real memory store, with texts for links and time that passes when it is told to. */

import { decodeClientFrame, encode, type Json, limits, linesOf, utf8Length } from '@backchat/protocol'
import {
  isSpent,
  less,
  type Machine,
  type Run,
  type ServerEffect,
  type ServerInput,
  ServerMachine,
} from '../simulation/machines.js'
import { behaviourOf, idempotentType, textOf, types, written } from './application.js'
import { type Carrier, newStore } from './store.js'

/** What the peer of a link is told. */
export interface LinkEvents {
  received(text: string): void
  closed(code: number, reason: string): void
}

interface Link extends LinkEvents {
  welcomed: boolean
}

/** A handler that has not ended. */
interface Working {
  readonly run: Run
  chunksLeft: number
  chunk: number
}

type Around = (machine: Machine<ServerInput, ServerEffect>) => Machine<ServerInput, ServerEffect>

const frameBytes = limits.messageBytes + limits.envelopeBytes

export class ServerInProcess {
  now = 1_000
  readonly #machine: Machine<ServerInput, ServerEffect>
  readonly #store: Carrier
  readonly #links = new Map<number, Link>()
  readonly #working = new Map<number, Working>()
  readonly #inputs: ServerInput[] = []
  #feeding = false
  #lastLink = 0
  #lastKey = 0
  #lastId = 0
  /** How many sessions got the last push. */
  reached = 0
  closed = false

  /** How many handlers were begun. */
  runs = 0

  /** `around` may put something between the machine and all that happens to it. */
  constructor(around: Around = (machine) => machine) {
    this.#store = newStore(() => this.now)
    const machine = new ServerMachine({
      owner: 'owner',
      ids: { id: () => this.#newId() },
      hash: (secret) => `hash of ${secret}`,
      authenticates: false,
    })
    this.#machine = around(machine)
    for (const type of types) this.feed({ kind: 'registered', type, idempotent: type === idempotentType })
    this.pass(0)
  }

  // ---- links ----

  open(events: LinkEvents): number {
    this.#lastLink += 1
    const link = this.#lastLink
    this.#links.set(link, { ...events, welcomed: false })
    this.feed({ kind: 'opened', link })
    return link
  }

  isOpen(link: number): boolean {
    return this.#links.has(link)
  }

  /** A text message came, as a server's sockets bring it. */
  text(link: number, text: string): void {
    const entry = this.#links.get(link)
    if (entry === undefined) return
    if (!entry.welcomed && utf8Length(text) > limits.helloBytes)
      return this.#garbled(link, 'The hello is too large.', true)
    for (const line of linesOf(text)) {
      const decoded = decodeClientFrame(line, frameBytes)
      if (!decoded.ok) return this.#garbled(link, decoded.reason, decoded.tooLarge)
      if (decoded.frame !== null) this.feed({ kind: 'received', link, frame: decoded.frame })
      else if (!entry.welcomed) return this.#garbled(link, `unknown before welcome: ${decoded.unknown}`, false)
    }
  }

  binary(link: number): void {
    if (this.isOpen(link)) this.#garbled(link, 'A binary message is no frame.', false)
  }

  /** The network ends it. */
  lose(link: number): void {
    if (this.#links.delete(link)) this.feed({ kind: 'closed', link })
  }

  // ---- the application ----

  /** How many handlers have not ended. */
  get working(): number {
    return this.#working.size
  }

  /** One of the handlers that work on and on returns, or throws. */
  endWork(which: number, how: 'returns' | 'throws'): void {
    const waiting = [...this.#working.values()].filter(({ run }) => run.type === 'work')
    const entry = waiting[which % waiting.length]
    if (entry === undefined) return
    if (how === 'returns') this.#return(entry.run)
    else this.#throw(entry.run)
  }

  pushTo(session: string, content: unknown): void {
    this.#push({ to: 'session', session }, content)
  }

  broadcast(content: unknown): void {
    this.#push({ to: 'all' }, content)
  }

  close(): void {
    const asked = { kind: 'closeAsked', drainMs: 0 } as const
    this.feed(asked)
    this.pass(5_000)
  }

  // ---- time ----

  pass(ms: number): void {
    const until = this.now + ms
    for (let at = this.#machine.wakeAt(); at <= until; at = this.#machine.wakeAt()) {
      this.now = Math.max(this.now, at)
      this.feed({ kind: 'woke' })
    }
    this.now = until
  }

  wakeAt(): number {
    return this.#machine.wakeAt()
  }

  // ---- the machine ----

  /** One input after the other; what an effect leads to comes after what is there. */
  feed(input: ServerInput): void {
    this.#inputs.push(input)
    if (this.#feeding) return
    this.#feeding = true
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const effect of this.#machine.handle(next, this.now)) this.#perform(effect)
      }
    } finally {
      this.#feeding = false
    }
  }

  #perform(effect: ServerEffect): void {
    switch (effect.kind) {
      case 'transmit': {
        const link = this.#links.get(effect.link)
        if (link === undefined) return
        if (effect.frame.kind === 'welcome') link.welcomed = true
        return link.received(encode(effect.frame))
      }
      case 'abandon': {
        const link = this.#links.get(effect.link)
        this.#links.delete(effect.link)
        return link?.closed(effect.code, effect.reason)
      }
      case 'apply':
        return this.feed({ kind: 'applied', batch: effect.batch, results: this.#store.apply(effect.operations) })
      case 'run':
        return this.#begin(effect)
      case 'pull':
        return this.#goOnFor(effect)
      case 'abort':
        this.#working.delete(effect.run)
        return
      case 'pushed':
        if (effect.outcome.ok) this.reached = effect.outcome.sessions
        return
      case 'ready to close':
        this.closed = true
        return
      default:
        return
    }
  }

  #begin(run: Run): void {
    this.runs += 1
    const behaviour = behaviourOf(run.type, run.message.content)
    const chunksLeft = behaviour.does === 'yield' ? behaviour.chunks : 0
    this.#working.set(run.run, { run, chunksLeft, chunk: 0 })
    this.feed({ kind: 'handling', run: run.run })
    if (behaviour.does === 'work') return
    if (behaviour.does === 'fail') return this.#throw(run)
    if (behaviour.does === 'push') {
      for (let push = 1; push <= behaviour.pushes; push++) this.pushTo(run.session, push)
    }
    this.#goOn(run.run)
  }

  #goOnFor({ run, chunks, bytes }: Extract<ServerEffect, { kind: 'pull' }>): void {
    for (let due = { chunks, bytes }; !isSpent(due) && this.#working.has(run); ) due = less(due, this.#goOn(run))
  }

  /** Yields a chunk, or returns. How many bytes it had. */
  #goOn(id: number): number {
    const entry = this.#working.get(id)
    if (entry === undefined) return 0
    if (entry.chunksLeft === 0) {
      this.#return(entry.run)
      return 0
    }
    const content = textOf(`chunk ${entry.chunk}`)
    entry.chunksLeft -= 1
    entry.chunk += 1
    this.feed({ kind: 'yielded', run: id, content, bytes: content.length })
    return content.length
  }

  #return(run: Run): void {
    this.#working.delete(run.run)
    const message: Json = written(this.#newId(), run.message.content)
    this.feed({ kind: 'returned', run: run.run, message, bytes: utf8Length(message) })
  }

  #throw(run: Run): void {
    this.#working.delete(run.run)
    const error = { code: 'HANDLER_FAILED', message: 'It failed.', mayHaveExecuted: true } as const
    this.feed({ kind: 'threw', run: run.run, error, refused: false })
  }

  #push(target: { readonly to: 'all' } | { readonly to: 'session'; readonly session: string }, content: unknown): void {
    this.#lastKey += 1
    const id = this.#newId()
    const message = written(id, content)
    this.feed({ kind: 'pushed', key: this.#lastKey, target, id, message, bytes: utf8Length(message) })
  }

  #garbled(link: number, reason: string, tooLarge: boolean): void {
    this.feed({ kind: 'garbled', link, reason, tooLarge })
  }

  #newId(): string {
    this.#lastId += 1
    return `id ${this.#lastId}`
  }
}

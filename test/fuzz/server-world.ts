/** A server with strangers and one neighbour among them; it complains of all that must not be. */

import { closeCodes, decodeServerFrame, limits } from '@backchat/protocol'
import { ServerInProcess } from '../conformance/in-process.js'
import { claim, type ServerAct, type World } from './act.js'
import { Neighbour } from './neighbour.js'

/** Why a server that goes on, with a store that answers, may close a link. */
export const allowedCodes: ReadonlySet<number> = new Set<number>([
  closeCodes.normal,
  closeCodes.tooLarge,
  closeCodes.protocolError,
  closeCodes.unauthorized,
  closeCodes.helloTimeout,
  closeCodes.superseded,
  closeCodes.silent,
  closeCodes.version,
])

const frameBytes = limits.replyBytes + limits.envelopeBytes
/** Longer than any session lives without a link, and any handler works in silence. */
const longMs = 10 * 60_000

export interface StrangerEvents {
  received(who: number, text: string): void
  closed(who: number): void
}

export class ServerWorld implements World<ServerAct> {
  readonly server: ServerInProcess
  readonly neighbour: Neighbour
  readonly #events: StrangerEvents
  readonly #links = new Map<number, number>()
  readonly #epochs = new Map<number, string>()
  readonly closes: Record<number, number> = {}

  constructor(
    events: StrangerEvents = { received: () => {}, closed: () => {} },
    around?: ConstructorParameters<typeof ServerInProcess>[0],
  ) {
    this.#events = events
    this.server = new ServerInProcess(around)
    this.neighbour = new Neighbour(this.server)
  }

  play(act: ServerAct): void {
    switch (act.act) {
      case 'open':
        return this.#open(act.who)
      case 'say':
        return this.server.text(this.#link(act.who), act.text.replace('<epoch>', this.#epochs.get(act.who) ?? 'none'))
      case 'binary':
        return this.server.binary(this.#link(act.who))
      case 'lose':
        return this.#lose(act.who)
      case 'pass':
        return this.#pass(act.ms)
      case 'end work':
        return this.server.endWork(act.which, act.how)
      case 'broadcast':
        return this.neighbour.broadcast()
      case 'neighbour':
        return this.neighbour.says(act.says)
    }
  }

  end(): void {
    this.neighbour.says('echo')
    for (const who of [...this.#links.keys()]) this.#lose(who)
    this.#pass(longMs)
    claim(this.server.working === 0, () => `${this.server.working} handlers work for sessions that are over.`)
    this.server.broadcast('who is left?')
    claim(this.server.reached === 1, () => `${this.server.reached} sessions are left, not the neighbour's alone.`)
    this.neighbour.close()
    this.server.broadcast('is anybody left?')
    claim(this.server.reached === 0, () => `${this.server.reached} sessions are left after all said bye.`)
    this.server.close()
    claim(this.server.closed, () => 'The server was asked to close, and does not.')
    claim(
      this.server.wakeAt() === Number.POSITIVE_INFINITY,
      () => `The server is closed and wakes at ${this.server.wakeAt()}.`,
    )
  }

  #open(who: number): void {
    this.#lose(who)
    const link: number = this.server.open({
      received: (text) => this.#received(who, text),
      closed: (code, reason) => {
        claim(allowedCodes.has(code), () => `Stranger ${who} was closed with ${code}: ${reason}`)
        this.closes[code] = (this.closes[code] ?? 0) + 1
        if (this.#links.get(who) === link) this.#links.delete(who)
        this.#events.closed(who)
      },
    })
    if (this.server.isOpen(link)) this.#links.set(who, link)
  }

  #received(who: number, text: string): void {
    const decoded = decodeServerFrame(text, frameBytes)
    claim(decoded.ok && decoded.frame !== null, () => `The server said what no client understands: ${text}`)
    if (decoded.ok && decoded.frame?.kind === 'welcome') this.#epochs.set(who, decoded.frame.epoch)
    this.#events.received(who, text)
  }

  #lose(who: number): void {
    const link = this.#links.get(who)
    if (link === undefined) return
    this.#links.delete(who)
    this.server.lose(link)
    this.#events.closed(who)
  }

  #link(who: number): number {
    return this.#links.get(who) ?? 0
  }

  /** Both sides wake when they want to. */
  #pass(ms: number): void {
    const { server, neighbour } = this
    const { client } = neighbour
    const until = server.now + ms
    for (let at = 0, turns = 0; ; turns++) {
      at = Math.min(server.wakeAt(), client.wakeAt())
      if (at > until) break
      claim(turns < 100_000, () => `Time does not pass: at ${at} somebody wants to be woken again and again.`)
      const now = Math.max(server.now, at)
      server.now = now
      client.now = now
      if (server.wakeAt() <= now) server.feed({ kind: 'woke' })
      if (client.wakeAt() <= now) client.feed({ kind: 'woke' })
    }
    server.now = until
    client.now = until
  }
}

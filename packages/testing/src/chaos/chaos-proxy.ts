/** A TCP proxy on real sockets that does to a link what bad networks do. */

import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type CutHow, type CutSide, type Dials, type Direction, Faults } from '../faults/faults.js'
import { CutPlan, type FrameMatch, type PlannedCut, type PlannedCutOptions } from '../faults/planned-cut.js'
import { realClock } from '../network/real-clock.js'
import { ByteCut, type ByteCutOptions, type PlannedByteCut } from './byte-cut.js'
import { CarriedLink } from './carried-link.js'

/** Where links are carried to. */
export interface ChaosTarget {
  /** Default `127.0.0.1`. */
  readonly host?: string
  readonly port: number
}

export interface ChaosProxyOptions {
  /** A function is asked for each link, so that a server may come back on another port. */
  readonly target: ChaosTarget | (() => ChaosTarget)
  /** Port to listen on. Default 0: any free one, told by {@link ChaosProxy.port}. */
  readonly port?: number
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** Most links at a time; more are reset. Default 10,000. */
  readonly maxLinks?: number
  /** Most bytes held back in one direction of one link; beyond it the sender is not read. Default 4 MiB. */
  readonly heldBytes?: number
}

/** What passed since the proxy started. */
export interface ChaosCounters {
  readonly links: number
  readonly refused: number
  readonly cuts: number
  readonly bytesUp: number
  readonly bytesDown: number
}

/**
 * Starts a chaos proxy and waits until it listens.
 *
 * @example
 * const proxy = await chaosProxy({ target: { port: 8080 } })
 * const cut = proxy.cutBefore('"kind":"reply"')      // the handler runs, its reply does not come through
 * const reply = await client.request('text', 'hi')   // and yet it comes
 * await proxy.close()
 */
export async function chaosProxy(options: ChaosProxyOptions): Promise<ChaosProxy> {
  const server = createServer({ allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })
  return new ChaosProxy(server, options)
}

/** A running proxy; {@link chaosProxy} makes one. */
export class ChaosProxy {
  /** The port it listens on. */
  readonly port: number
  readonly #server: Server
  readonly #options: ChaosProxyOptions
  readonly #links = new Set<CarriedLink>()
  readonly #faults = new Faults(realClock.after, () => this.#recover())
  readonly #counters = { links: 0, refused: 0, cuts: 0, bytesUp: 0, bytesDown: 0 }
  #plans: CutPlan[] = []
  #byteCuts: ByteCut[] = []
  #closed = false

  constructor(server: Server, options: ChaosProxyOptions) {
    this.#server = server
    this.#options = options
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => this.carry(socket))
  }

  /** Links at this moment, half-open ones included. */
  get connections(): number {
    return this.#links.size
  }

  get counters(): ChaosCounters {
    return { ...this.#counters }
  }

  /** Ends the links that are there now; new ones are carried. Default: both sides see a reset. */
  cut({ side = 'both', how = 'rst' }: { readonly side?: CutSide; readonly how?: CutHow } = {}): void {
    for (const link of [...this.#links]) this.#cut(link, side, how)
  }

  /**
   * Bytes vanish and sockets stay open: the link is half-open. What lost bytes is reset by {@link heal}, since a TCP stream never has holes.
   * New connections find silence too, unless `dials` says otherwise. Default: both directions, until healed.
   */
  blackHole({
    direction = 'both',
    forMs,
    dials = 'silent',
  }: {
    readonly direction?: Direction | 'both'
    readonly forMs?: number
    readonly dials?: Dials
  } = {}): void {
    this.#faults.answerDials(dials, forMs)
    this.#faults.flow('hole', direction, forMs)
  }

  /** Bytes wait and arrive, in order, when healed; sockets stay open. */
  stall({
    direction = 'both',
    forMs,
  }: {
    readonly direction?: Direction | 'both'
    readonly forMs?: number
  } = {}): void {
    this.#faults.flow('stall', direction, forMs)
  }

  /** Everything takes this much longer from now on; order is kept. */
  delay(delayMs: number, direction: Direction | 'both' = 'both'): void {
    this.#faults.delay(delayMs, direction)
  }

  /** Resets new connections at once; those that are there go on. */
  refuse(forMs?: number): void {
    this.#faults.answerDials('refused', forMs)
  }

  /** Everything is well again. Links that lost bytes, or of which only one side knows the end, are reset. Planned cuts stay. */
  heal(): void {
    this.#faults.clear()
  }

  /**
   * Cuts a link exactly before the next WebSocket frame that matches: what came before it passes, nothing of the rest does.
   * Acts once, on whichever link meets such a frame first. Frames must not be compressed.
   */
  cutBefore(match: FrameMatch, options: PlannedCutOptions = {}): PlannedCut {
    const plan = new CutPlan(match, options)
    if (this.#closed) plan.cancel()
    this.#plans = [...this.#plans.filter(({ pending }) => pending), plan]
    return plan
  }

  /**
   * Cuts a link exactly behind so many of its bytes, wherever that is: in the middle of a frame, or of the upgrade before it.
   * Acts once, on whichever link comes so far first. A byte must follow: a link that says nothing more is not cut.
   *
   * @throws TypeError when it is no number of bytes.
   */
  cutAfter(bytes: number, options: ByteCutOptions = {}): PlannedByteCut {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new TypeError(`${bytes} is no number of bytes.`)
    const cut = new ByteCut(bytes, options)
    if (this.#closed) cut.cancel()
    this.#byteCuts = [...this.#byteCuts.filter(({ pending }) => pending), cut]
    return cut
  }

  /** Carries a connection that was accepted elsewhere, with what has been read of it already. */
  carry(socket: Duplex, firstBytes?: Uint8Array): void {
    const { dials } = this.#faults
    if (this.#closed || dials === 'refused' || this.#links.size >= (this.#options.maxLinks ?? 10_000)) {
      this.#counters.refused += 1
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    this.#counters.links += 1
    if (firstBytes && firstBytes.length > 0) socket.unshift(firstBytes)
    const link: CarriedLink = new CarriedLink({
      client: socket,
      server: dials === 'silent' ? undefined : this.#dial(),
      heldBytes: this.#options.heldBytes ?? 4 * 1024 * 1024,
      faults: (direction) => this.#faults.lane(direction),
      judge: (direction, text) => this.#judge(link, direction, text),
      judgeBytes: (direction, before, count) => this.#judgeBytes(link, direction, before, count),
      passed: (direction, bytes) => {
        this.#counters[direction === 'up' ? 'bytesUp' : 'bytesDown'] += bytes
      },
    })
    this.#links.add(link)
    link.gone.then(() => this.#links.delete(link))
  }

  /** Carries a WebSocket upgrade of an HTTP server: `server.on('upgrade', proxy.handleUpgrade)`. */
  readonly handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Uint8Array): void => {
    this.carry(socket, Buffer.concat([requestHead(request), head]))
  }

  /** Ends everything: links, planned cuts, timers, the listener. */
  async close(): Promise<void> {
    this.#closed = true
    this.#faults.clear()
    for (const plan of [...this.#plans, ...this.#byteCuts]) plan.cancel()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await Promise.all([closed, ...[...this.#links].map((link) => link.destroy())])
  }

  #dial(): Socket {
    const { target } = this.#options
    const { host = '127.0.0.1', port } = typeof target === 'function' ? target() : target
    return connect({ host, port, allowHalfOpen: true })
  }

  #judge(link: CarriedLink, direction: Direction, text: () => string): (() => void) | undefined {
    const plan = this.#plans.find(
      (plan) => plan.pending && plan.direction === direction && plan.meets(direction, text()),
    )
    return plan && (() => this.#cut(link, plan.side, plan.how))
  }

  #judgeBytes(link: CarriedLink, direction: Direction, before: number, count: number) {
    const plan = this.#byteCuts.find(
      (plan) => plan.pending && plan.direction === direction && plan.bytes >= before && plan.bytes < before + count,
    )
    if (!plan) return undefined
    const cut = () => {
      plan.cancel()
      this.#cut(link, plan.side, plan.how)
    }
    return { keep: plan.bytes - before, cut }
  }

  #cut(link: CarriedLink, side: CutSide, how: CutHow): void {
    this.#counters.cuts += 1
    link.cut(side, how)
  }

  #recover(): void {
    for (const link of [...this.#links]) {
      if (link.lost) link.cut('both', 'rst')
      else link.pump()
    }
  }
}

/** The head of an upgrade request as it came, so that the server behind sees what the client wrote. */
function requestHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** One link in memory: two ends that speak to each other through a lane each way. */

import type { Clock } from '@backchat/protocol'
import type { Dials, Direction, LaneFaults } from '../faults/faults.js'
import { MemoryLane } from './memory-lane.js'

/** What one end is told. */
export interface LinkEvents {
  opened(): void
  received(text: string): void
  /** The other end, or the network, ended it. Once, and the last thing told. */
  closed(code: number, reason: string): void
}

/** What one end can do. After {@link close} and {@link terminate} it is told nothing more. */
export interface LinkEnd {
  send(text: string): void
  /** Ends it behind everything sent before. */
  close(code: number, reason: string): void
  /** Ends it at once; what is under way to the other end still arrives, as after the death of a process. */
  terminate(): void
  /** Characters sent that have not arrived. */
  buffered(): number
}

export interface MemoryLinkOptions {
  readonly clock: Clock
  readonly capacity: number
  readonly client: LinkEvents
  readonly accept: (end: LinkEnd) => LinkEvents | undefined
  readonly latencyMs: (direction: Direction) => number
  readonly faults: (direction: Direction) => LaneFaults
  /** Whether the link ends exactly before this text. */
  readonly judge: (direction: Direction, text: string) => boolean
  readonly ended: () => void
}

type Parcel =
  | { readonly kind: 'opening' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ending'; readonly code: number; readonly reason: string }

/** What a browser reports of a link that ended without a word. */
const abnormal = 1006

export class MemoryLink {
  readonly clientEnd: LinkEnd
  readonly #options: MemoryLinkOptions
  readonly #up: MemoryLane<Parcel>
  readonly #down: MemoryLane<Parcel>
  /** Who listens at each end; undefined once that end is over. */
  #client: LinkEvents | undefined
  #server: LinkEvents | undefined
  /** How to call off what each side would be told later. */
  readonly #telling: { client?: () => void; server?: () => void } = {}
  #broken = false

  constructor(options: MemoryLinkOptions) {
    this.#options = options
    this.#client = options.client
    this.#up = this.#lane('up')
    this.#down = this.#lane('down')
    this.clientEnd = this.#end('up')
  }

  start(dials: Dials): void {
    if (dials === 'silent') this.#break()
    else if (dials === 'refused') this.#down.send({ kind: 'ending', code: abnormal, reason: 'refused' })
    else this.#up.send({ kind: 'opening' })
  }

  cut(clientAfterMs: number, serverAfterMs: number): void {
    this.#break()
    this.#tellAfter('client', clientAfterMs)
    this.#tellAfter('server', serverAfterMs)
  }

  /** Faults are over: goes on, or breaks if something was lost. */
  recover(): void {
    if (this.#broken || this.#up.lossy || this.#down.lossy) this.cut(0, 0)
    this.#up.pump()
    this.#down.pump()
  }

  #lane(direction: Direction): MemoryLane<Parcel> {
    return new MemoryLane({
      clock: this.#options.clock,
      latencyMs: () => this.#options.latencyMs(direction),
      faults: () => this.#options.faults(direction),
      arrived: (parcel) => this.#arrived(direction, parcel),
    })
  }

  #end(direction: Direction): LinkEnd {
    const lane = direction === 'up' ? this.#up : this.#down
    const isOver = () => (direction === 'up' ? this.#client : this.#server) === undefined
    const { capacity } = this.#options
    const close = (code: number, reason: string) => {
      if (isOver()) return
      lane.send({ kind: 'ending', code, reason })
      this.#over(direction === 'up' ? 'client' : 'server')
    }
    return {
      send: (text) => {
        if (isOver()) return
        if (lane.length >= capacity) this.cut(0, 0)
        else lane.send({ kind: 'text', text })
      },
      close,
      terminate: () => close(abnormal, ''),
      buffered: () => lane.underWay.reduce((sum, parcel) => sum + (parcel.kind === 'text' ? parcel.text.length : 0), 0),
    }
  }

  #arrived(direction: Direction, parcel: Parcel): void {
    const listener = direction === 'up' ? this.#server : this.#client
    switch (parcel.kind) {
      case 'opening':
        return direction === 'up' ? this.#accept() : listener?.opened()
      case 'text':
        if (listener && !this.#options.judge(direction, parcel.text)) listener.received(parcel.text)
        return
      case 'ending':
        this.#over(direction === 'up' ? 'server' : 'client')
        return listener?.closed(parcel.code, parcel.reason)
    }
  }

  #accept(): void {
    // Nobody waits for the answer to a dial that was given up.
    const server = this.#client && this.#options.accept(this.#end('down'))
    if (!server) return this.#down.send({ kind: 'ending', code: abnormal, reason: 'refused' })
    this.#server = server
    this.#down.send({ kind: 'opening' })
    server.opened()
  }

  #tellAfter(side: 'client' | 'server', afterMs: number): void {
    if (afterMs === Number.POSITIVE_INFINITY) return
    const tell = () => {
      const listener = side === 'client' ? this.#client : this.#server
      this.#over(side)
      listener?.closed(abnormal, '')
    }
    this.#telling[side]?.()
    this.#telling[side] = this.#options.clock.after(afterMs, tell)
  }

  #break(): void {
    this.#broken = true
    this.#up.lose()
    this.#down.lose()
  }

  #over(side: 'client' | 'server'): void {
    this.#telling[side]?.()
    if (side === 'client') this.#client = undefined
    else this.#server = undefined
    if (!this.#client && !this.#server) this.#options.ended()
  }
}

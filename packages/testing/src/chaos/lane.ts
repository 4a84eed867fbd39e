/** One direction of a carried link: bytes go in, are held as long as the faults want it, and come out in the order they came. */

import type { Duplex } from 'node:stream'
import type { LaneFaults } from '../faults/faults.js'
import { WebSocketFrames } from './web-socket-frames.js'

/** How a peer ended its half: politely, or by breaking off. */
export type Ending = 'fin' | 'rst'

export type Cut = () => void

export interface LaneOptions {
  readonly source: Duplex
  readonly sink: Duplex
  readonly faults: () => LaneFaults
  /** Beyond this many held bytes the source is not read any further. */
  readonly heldBytes: number
  /** Judges each data frame before it passes. A cut is carried out exactly before it: nothing of the rest passes. */
  readonly judge: (text: () => string) => Cut | undefined
  /** Judges the next bytes, which come after so many: a cut is carried out before one of them, when those before it have passed. */
  readonly judgeBytes: (before: number, count: number) => { readonly keep: number; readonly cut: Cut } | undefined
  readonly passed: (bytes: number) => void
  /** The source ended and everything before that has passed. */
  readonly ended: (ending: Ending) => void
}

type Held = { readonly due: number } & ({ readonly bytes: Buffer } | { readonly ending: Ending })

export class Lane {
  readonly #options: LaneOptions
  readonly #frames = new WebSocketFrames()
  #held: Held[] = []
  #heldBytes = 0
  #passedBytes = 0
  #timer: NodeJS.Timeout | undefined
  #state: 'flowing' | 'lossy' | 'over' = 'flowing'

  constructor(options: LaneOptions) {
    this.#options = options
    const { source, sink } = options
    let endSeen = false
    source.on('data', (bytes: Buffer) => this.#take({ due: this.#due(), bytes }))
    source.on('end', () => {
      endSeen = true
      this.#take({ due: this.#due(), ending: 'fin' })
    })
    source.on('close', () => {
      if (!endSeen) this.#take({ due: this.#due(), ending: 'rst' })
    })
    sink.on('drain', () => this.pump())
  }

  /** Something vanished in it. A TCP stream never has holes, so nothing may pass any more. */
  get lossy(): boolean {
    return this.#state === 'lossy'
  }

  /** From now on everything vanishes. */
  lose(): void {
    if (this.#state === 'flowing') this.#state = 'lossy'
    this.#drop()
  }

  /** Nothing passes any more and nothing is waited for. */
  end(): void {
    this.#state = 'over'
    this.#drop()
  }

  /** Lets pass what may pass now. */
  pump(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#state === 'flowing' && this.#options.faults().flow !== 'stall') {
      const [next] = this.#held
      if (!next || this.#options.sink.writableNeedDrain) break
      const waitMs = next.due - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(waitMs))
        break
      }
      this.#held.shift()
      this.#pass(next)
    }
    if (this.#heldBytes > this.#options.heldBytes) this.#options.source.pause()
    else if (this.#options.source.isPaused()) this.#options.source.resume()
  }

  #take(held: Held): void {
    if (this.#state === 'flowing' && this.#options.faults().flow === 'hole') this.#state = 'lossy'
    if (this.#state !== 'flowing') return
    this.#held.push(held)
    if ('bytes' in held) this.#heldBytes += held.bytes.length
    this.pump()
  }

  #pass(held: Held): void {
    if ('ending' in held) {
      this.end()
      this.#options.ended(held.ending)
      return
    }
    this.#heldBytes -= held.bytes.length
    const byByte = this.#options.judgeBytes(this.#passedBytes, held.bytes.length)
    const bytes = byByte ? held.bytes.subarray(0, byByte.keep) : held.bytes
    for (const frame of this.#frames.scan(bytes)) {
      const cut = this.#options.judge(frame.text)
      if (!cut) continue
      this.#write(bytes.subarray(0, frame.start))
      cut()
      return
    }
    this.#write(bytes)
    byByte?.cut()
  }

  #write(bytes: Buffer): void {
    this.#passedBytes += bytes.length
    if (bytes.length === 0 || !this.#options.sink.writable) return
    this.#options.passed(bytes.length)
    this.#options.sink.write(bytes)
  }

  #due(): number {
    // What comes later waits behind what came before, even if its own delay is over.
    return performance.now() + this.#options.faults().delayMs
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#held = []
    this.#heldBytes = 0
    if (this.#options.source.isPaused()) this.#options.source.resume()
  }
}

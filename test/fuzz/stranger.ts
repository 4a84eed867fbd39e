/** A client without manners: says what is due, what is not, and what is no frame, by chance. It knows what it was told. */

import { decodeServerFrame, limits, type Random } from '@backchat/protocol'
import { between, pick } from '@backchat/testing'
import { types } from '../conformance/application.js'
import { ack, hello, request } from '../conformance/sound-frames.js'
import type { ServerAct } from './act.js'
import { type Deck, garbage, scratched } from './deck.js'

type State = 'none' | 'opened' | 'welcomed'

export class Stranger {
  readonly #who: number
  readonly #chance: Random
  readonly #deck: Deck
  #state: State = 'none'
  /** How much of what it says on this link is bad: a little, half, or nearly all. */
  #badness = 0
  #identity = 0
  #attempt = 0
  #n = 0
  #push = 0
  /** Streams that it asked for, and the chunk that is due in each. */
  readonly #streams = new Map<number, number>()

  constructor(who: number, chance: Random, deck: Deck) {
    this.#who = who
    this.#chance = chance
    this.#deck = deck
  }

  // ---- what it is told ----

  received(text: string): void {
    const decoded = decodeServerFrame(text, limits.replyBytes + limits.envelopeBytes)
    if (!decoded.ok || decoded.frame === null) return
    const { frame } = decoded
    if (frame.kind === 'welcome') this.#welcomed(frame.resumed)
    else if (frame.kind === 'push') this.#push = Math.max(this.#push, frame.push)
    else if (frame.kind === 'chunk' && this.#streams.has(frame.n)) this.#streams.set(frame.n, frame.chunk + 1)
    else if (frame.kind === 'refuse') this.#beAnother()
  }

  closed(): void {
    this.#state = 'none'
  }

  // ---- what it does ----

  next(): ServerAct {
    const who = this.#who
    if (this.#state === 'none') {
      this.#state = 'opened'
      this.#badness = pick(this.#chance, [0.02, 0.02, 0.1, 0.5])
      if (this.#chance() < 0.2) this.#beAnother()
      return { act: 'open', who }
    }
    if (this.#chance() < 0.01) return { act: 'lose', who }
    if (this.#chance() < this.#badness) return this.#bad()
    if (this.#state === 'opened') return this.#say(JSON.stringify(this.#hello()))
    const count = this.#chance() < 0.2 ? between(this.#chance, 2, 5) : 1
    return this.#say(Array.from({ length: count }, () => JSON.stringify(this.#due())).join('\n'))
  }

  #say(text: string): ServerAct {
    return { act: 'say', who: this.#who, text }
  }

  /** What is not due, or no frame. */
  #bad(): ServerAct {
    const chance = this.#chance
    const kind = chance()
    if (kind < 0.02) return { act: 'binary', who: this.#who }
    if (kind < 0.05) return this.#say(garbage(chance))
    if (kind < 0.3) return this.#say(this.#deck.spoilt(chance))
    if (kind < 0.4) return this.#say(scratched(JSON.stringify(this.#due()), chance))
    if (kind < 0.5) return this.#say(JSON.stringify(this.#hello()))
    if (kind < 0.8) return this.#say(JSON.stringify(this.#odd()))
    return this.#say(this.#deck.sound(chance))
  }

  #hello(): object {
    this.#attempt += this.#chance() < 0.98 ? 1 : 0
    const said = { ...hello, client: `stranger ${this.#who}/${this.#identity}`, attempt: Math.max(1, this.#attempt) }
    const kind = this.#chance()
    if (kind < 0.6) return { ...said, epoch: '<epoch>', lastPush: this.#push, floor: this.#floor() }
    if (kind < 0.9) return said
    if (kind < 0.95) return { ...said, epoch: 'of yore', lastPush: between(this.#chance, 0, 50) }
    return { ...said, secret: pick(this.#chance, ['another', hello.secret]), version: pick(this.#chance, [1, 2]) }
  }

  /** What a client with manners could say now. */
  #due(): object {
    const chance = this.#chance
    const kind = chance()
    if (kind < 0.5) return this.#request(this.#n + 1)
    if (kind < 0.65) return ack({ push: this.#push, floor: this.#floor(), chunks: [...this.#streams].slice(-5) })
    if (kind < 0.85) return { kind: 'cancel', n: this.#recent() }
    if (kind < 0.9) return this.#request(this.#recent())
    return kind < 0.997 ? { kind: pick(chance, ['ping', 'pong']) } : { kind: 'bye' }
  }

  /** Sound frames that a client with manners never says. */
  #odd(): object {
    const chance = this.#chance
    const any = pick(chance, [0, 1, this.#recent(), this.#n + 1_000, 2 ** 53 - 1])
    const kind = chance()
    if (kind < 0.2) return this.#request(Math.max(1, any))
    if (kind < 0.3) return { kind: 'cancel', n: Math.max(1, any) }
    if (kind < 0.4) return ack({ push: any })
    if (kind < 0.45) return ack({ floor: any })
    if (kind < 0.7) return ack({ settled: this.#ranges() })
    if (kind < 0.9)
      return ack({
        chunks: [
          [Math.max(1, this.#recent()), any],
          [Math.max(1, any), any],
        ],
      })
    return { kind: pick(chance, ['later', 'welcome', 'reply', 'constructor', '__proto__']), n: any }
  }

  #request(n: number): object {
    const chance = this.#chance
    this.#n = Math.max(this.#n, n < 2 ** 50 ? n : 0)
    const mode = pick(chance, ['request', 'stream', 'send'])
    const type = chance() < 0.97 ? pick(chance, types) : pick(chance, ['later', '__proto__', ''])
    if (mode === 'stream' && this.#streams.size < 50) this.#streams.set(n, 0)
    const content = { chunks: pick(chance, [0, 1, 5, 300]), pushes: pick(chance, [0, 0, 0, 1, 3]) }
    const frame = request(n, type, content, mode)
    const from = chance() < 0.1 ? { from: pick(chance, [0, 1, 5, 2 ** 53 - 1]) } : {}
    return { ...frame, ...from, leftMs: pick(chance, [30_000, 30_000, 1, 0, -5, 1e300]) }
  }

  #ranges(): readonly (readonly [number, number])[] {
    const step = between(this.#chance, 2, 5)
    return Array.from({ length: between(this.#chance, 0, 100) }, (_, index) => {
      const from = this.#floor() + 2 + index * step
      return [from, from + step - 2]
    })
  }

  #recent(): number {
    return Math.max(1, this.#n - between(this.#chance, 0, 8))
  }

  /** Nearly all that it asked is settled. */
  #floor(): number {
    const floor = Math.max(0, this.#n - 20)
    for (const n of this.#streams.keys()) if (n <= floor) this.#streams.delete(n)
    return floor
  }

  #welcomed(resumed: boolean): void {
    this.#state = 'welcomed'
    if (!resumed) this.#push = 0
  }

  #beAnother(): void {
    this.#identity += 1
    this.#attempt = 0
    this.#n = 0
    this.#push = 0
    this.#streams.clear()
  }
}

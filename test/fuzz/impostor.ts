/** A server without manners: says what is due, what is not, and what is no frame, by chance. It knows what it was told. */

import type { ClientFrame, Json, Random, RequestMode } from '@backchat/protocol'
import { between, pick } from '@backchat/testing'
import { chunk, error, push, reply, welcome } from '../conformance/sound-frames.js'
import type { ClientAct } from './act.js'
import { type Deck, garbage, scratched } from './deck.js'

type State = 'none' | 'dialled' | 'opened' | 'welcomed'

interface Asked {
  readonly mode: RequestMode
  next: number
}

export class Impostor {
  readonly #chance: Random
  readonly #deck: Deck
  #state: State = 'none'
  #badness = 0
  #epoch = 1
  #push = 0
  readonly #asked = new Map<number, Asked>()

  constructor(chance: Random, deck: Deck) {
    this.#chance = chance
    this.#deck = deck
  }

  // ---- what it is told ----

  dialled(): void {
    this.#state = 'dialled'
    this.#badness = pick(this.#chance, [0.02, 0.02, 0.1, 0.5])
  }

  gone(): void {
    this.#state = 'none'
  }

  received(frame: ClientFrame<Json>): void {
    if (frame.kind === 'hello') this.#push = frame.lastPush
    else if (frame.kind === 'request') this.#asked.set(frame.n, { mode: frame.mode, next: frame.from ?? 0 })
    else if (frame.kind === 'ack') for (const n of this.#asked.keys()) if (n <= frame.floor) this.#asked.delete(n)
  }

  // ---- what it does ----

  next(): ClientAct {
    if (this.#state === 'none') return { act: 'pass', ms: between(this.#chance, 1, 2_000) }
    if (this.#state === 'dialled') return this.#answerDial()
    if (this.#chance() < 0.01) return { act: 'lose' }
    if (this.#chance() < this.#badness) return this.#bad()
    return this.#say(this.#state === 'opened' ? this.#welcome() : this.#due())
  }

  #answerDial(): ClientAct {
    this.#state = 'opened'
    return this.#chance() < 0.9 ? { act: 'open' } : { act: 'lose' }
  }

  #say(frame: object): ClientAct {
    return { act: 'say', text: JSON.stringify(frame) }
  }

  #bad(): ClientAct {
    const chance = this.#chance
    const kind = chance()
    if (kind < 0.02) return { act: 'binary' }
    if (kind < 0.05) return { act: 'say', text: garbage(chance) }
    if (kind < 0.3) return { act: 'say', text: this.#deck.spoilt(chance) }
    if (kind < 0.4) return { act: 'say', text: scratched(JSON.stringify(this.#due()), chance) }
    if (kind < 0.5) return this.#say(this.#welcome())
    if (kind < 0.52) return this.#say(this.#refuse())
    if (kind < 0.8) return this.#say(this.#odd())
    return { act: 'say', text: this.#deck.sound(chance) }
  }

  #welcome(): object {
    const chance = this.#chance
    this.#state = 'welcomed'
    if (chance() < 0.05) this.#epoch += 1
    const limits = chance() < 0.05 ? { messageBytes: 1, window: 1, ranges: 1 } : welcome.limits
    const head = this.#push + between(chance, 0, 3)
    const gap = chance() < 0.05 ? { gap: { from: pick(chance, [1, head, head + 1]), to: head + 1 } } : {}
    return {
      ...welcome,
      epoch: `epoch ${this.#epoch}`,
      resumed: chance() < 0.5,
      head,
      ...gap,
      limits,
      idempotent: ['fail'],
    }
  }

  #refuse(): object {
    const code = pick(this.#chance, [
      'unauthorized',
      'not-yours',
      'stale',
      'superseded',
      'full',
      'draining',
      'full',
      'version',
    ])
    return { kind: 'refuse', code, message: 'No.', retryAfterMs: between(this.#chance, 0, 5_000) }
  }

  /** What a server with manners could say now. */
  #due(): object {
    const chance = this.#chance
    const kind = chance()
    if (kind < 0.2) return push(++this.#push)
    if (kind < 0.3) return { kind: pick(chance, ['ping', 'pong']) }
    const [n, asked] = this.#any()
    if (asked === undefined) return { kind: 'ping' }
    if (kind < 0.4) return { kind: 'started', n }
    if (kind < 0.7 && asked.mode === 'stream') return chunk(n, asked.next++)
    if (kind < 0.9) return this.#ends(n, reply(n, asked.mode === 'stream' ? { count: asked.next } : {}))
    if (kind < 0.95) return { kind: 'cancelled', n }
    if (kind < 0.97)
      return error(n, { code: 'RATE_LIMITED', mayHaveExecuted: false, retryAfterMs: 100 }, { refused: true })
    return this.#ends(n, error(n))
  }

  /** Sound frames that a server with manners never says. */
  #odd(): object {
    const chance = this.#chance
    const [recent, asked] = this.#any()
    const n = pick(chance, [1, recent, recent + 1_000, 2 ** 53 - 1])
    const kind = chance()
    if (kind < 0.1) return push(pick(chance, [1, this.#push, this.#push + 5, 2 ** 53 - 1]))
    if (kind < 0.2)
      return { kind: 'gap', from: pick(chance, [1, this.#push + 1, n]), to: pick(chance, [1, this.#push + 1]) }
    if (kind < 0.4) return chunk(n, pick(chance, [0, asked?.next ?? 1, 2 ** 53 - 1]))
    if (kind < 0.6) return reply(n, { count: pick(chance, [0, 1, asked?.next ?? 1, 2 ** 53 - 1]) })
    if (kind < 0.7) return error(n, {}, { count: 5 })
    if (kind < 0.8) return { kind: pick(chance, ['started', 'cancelled']), n }
    return { kind: pick(chance, ['later', 'hello', 'request', 'constructor', '__proto__']), n }
  }

  #ends(n: number, frame: object): object {
    if (this.#chance() < 0.8) this.#asked.delete(n)
    return frame
  }

  #any(): readonly [n: number, asked: Asked | undefined] {
    const all = [...this.#asked]
    return all[Math.floor(this.#chance() * all.length)] ?? [1, undefined]
  }
}

/** Everything that was seen: always as a fingerprint to compare, and where wished as lines to read. */

import type { Fact } from './facts.js'

/** What facts have beside their name and their content, each of them only some. */
interface Marks {
  readonly fact: string
  readonly client?: number
  readonly node?: number
  readonly run?: number
  readonly link?: number
  readonly push?: number
  readonly session?: string
  readonly ask?: { readonly id: string }
  readonly frame?: { readonly kind: string; readonly n?: number; readonly chunk?: number; readonly push?: number }
}

export class Trace {
  readonly #wantedLines: number
  readonly #fingerprint = new Fingerprint()
  #lines: string[] = []
  #length = 0

  /** Keeps so many of the last lines. */
  constructor(wantedLines: number) {
    this.#wantedLines = wantedLines
  }

  hear(fact: Fact, now: number): void {
    this.#length += 1
    this.#fingerprint.mixText(fact.fact)
    this.#fingerprint.mixTime(now)
    this.#mixMarks(fact)
    if (this.#wantedLines > 0) this.#keep(`${now} ${lineOf(fact)}`)
  }

  /** The same for the same facts at the same times. */
  get hash(): string {
    return this.#fingerprint.text
  }

  /** How many facts there were. */
  get length(): number {
    return this.#length
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.#wantedLines)
  }

  #mixMarks({ client = -1, node = -1, run = -1, link = -1, push = -1, session, ask, frame }: Marks): void {
    const fingerprint = this.#fingerprint
    fingerprint.mix(client)
    fingerprint.mix(node)
    fingerprint.mix(run)
    fingerprint.mix(link)
    fingerprint.mix(push)
    if (session !== undefined) fingerprint.mixText(session)
    if (ask) fingerprint.mixText(ask.id)
    if (!frame) return
    fingerprint.mixText(frame.kind)
    fingerprint.mix(frame.n ?? frame.push ?? -1)
    fingerprint.mix(frame.chunk ?? -1)
  }

  #keep(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > 2 * this.#wantedLines) this.#lines = this.#lines.slice(-this.#wantedLines)
  }
}

/** 32 bits that depend on everything that was mixed in, and on its order. */
class Fingerprint {
  #bits = 0x811c9dc5
  readonly #number = new Float64Array(1)
  readonly #halves = new Uint32Array(this.#number.buffer)
  /** Texts come again and again, and to read one costs more than to look it up. */
  readonly #texts = new Map<string, number>()

  mix(integer: number): void {
    this.#take(integer)
  }

  /** Times are not always whole. */
  mixTime(time: number): void {
    this.#number[0] = time
    this.#take(this.#halves[0] ?? 0)
    this.#take(this.#halves[1] ?? 0)
  }

  mixText(text: string): void {
    let bits = this.#texts.get(text)
    if (bits === undefined) {
      bits = hashOf(text)
      this.#texts.set(text, bits)
    }
    this.#take(bits)
  }

  get text(): string {
    return (this.#bits >>> 0).toString(16).padStart(8, '0')
  }

  #take(bits: number): void {
    const mixed = Math.imul(this.#bits ^ bits, 0x85ebca6b)
    this.#bits = mixed ^ (mixed >>> 15)
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let bits = 0x811c9dc5
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193)
  return bits
}

/** Asks are named, not spelled out; limits are always the same. */
function lineOf(fact: Fact): string {
  const { fact: name, ...rest } = fact
  const short = (key: string, value: unknown) => {
    if (key === 'limits') return undefined
    return key === 'ask' && typeof value === 'object' && value !== null && 'id' in value ? value.id : value
  }
  return `${name} ${JSON.stringify(rest, short)}`
}

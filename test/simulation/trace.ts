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

/** What all facts of one name have in common. To ask each for marks that it cannot have would take most of the time here. */
interface Kind {
  /** The name, to be mixed in. */
  readonly bits: number
  readonly has: { readonly [Mark in Exclude<keyof Marks, 'fact'>]: boolean }
}

/** They are the same in every life. */
const kinds = new Map<string, Kind>()

function kindOf(fact: Fact): Kind {
  const known = kinds.get(fact.fact)
  if (known) return known
  const has = {
    client: 'client' in fact,
    node: 'node' in fact,
    run: 'run' in fact,
    link: 'link' in fact,
    push: 'push' in fact,
    session: 'session' in fact,
    ask: 'ask' in fact,
    frame: 'frame' in fact,
  }
  const kind = { bits: hashOf(fact.fact), has }
  kinds.set(fact.fact, kind)
  return kind
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
    const kind = kindOf(fact)
    this.#fingerprint.mix(kind.bits)
    this.#fingerprint.mixTime(now)
    this.#mixMarks(fact, kind)
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

  #mixMarks(fact: Marks, { has }: Kind): void {
    const fingerprint = this.#fingerprint
    fingerprint.mix((has.client ? fact.client : undefined) ?? -1)
    fingerprint.mix((has.node ? fact.node : undefined) ?? -1)
    fingerprint.mix((has.run ? fact.run : undefined) ?? -1)
    fingerprint.mix((has.link ? fact.link : undefined) ?? -1)
    fingerprint.mix((has.push ? fact.push : undefined) ?? -1)
    if (has.session && fact.session !== undefined) fingerprint.mixText(fact.session)
    if (has.ask && fact.ask) fingerprint.mixText(fact.ask.id)
    if (!has.frame || !fact.frame) return
    const { kind, n, push, chunk } = fact.frame
    fingerprint.mixText(kind)
    fingerprint.mix(n ?? push ?? -1)
    fingerprint.mix(chunk ?? -1)
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

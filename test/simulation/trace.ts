/** Everything that was seen: always as a fingerprint to compare, and where wished as lines to read. */

import type { Fact } from './facts.js'

export class Trace {
  readonly #wantedLines: number
  #hash = 0x811c9dc5
  #lines: string[] = []
  #length = 0

  /** Keeps so many of the last lines. */
  constructor(wantedLines: number) {
    this.#wantedLines = wantedLines
  }

  hear(fact: Fact, now: number): void {
    this.#length += 1
    this.#mix(fact.fact)
    this.#mix(now)
    if ('client' in fact) this.#mix(fact.client)
    if ('node' in fact) this.#mix(fact.node)
    if ('ask' in fact) this.#mix(fact.ask.id)
    if ('session' in fact) this.#mix(fact.session)
    if ('run' in fact) this.#mix(fact.run)
    if ('link' in fact) this.#mix(fact.link)
    if ('frame' in fact) this.#mix(fact.frame.kind)
    if ('frame' in fact && 'n' in fact.frame) this.#mix(fact.frame.n)
    if (this.#wantedLines > 0) this.#keep(`${now} ${lineOf(fact)}`)
  }

  /** The same for the same facts at the same times. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** How many facts there were. */
  get length(): number {
    return this.#length
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.#wantedLines)
  }

  #mix(value: string | number): void {
    const text = String(value)
    for (let i = 0; i < text.length; i++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 0x01000193)
  }

  #keep(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > 2 * this.#wantedLines) this.#lines = this.#lines.slice(-this.#wantedLines)
  }
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

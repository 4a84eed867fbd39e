/** Everything that was seen, as a hash to compare and a tail to read. */

import type { Fact } from './facts.js'

/** So many lines are kept to be printed with a failure. */
const tailLines = 400

export class Trace {
  #hash = 0x811c9dc5
  #lines: string[] = []
  #count = 0

  hear(fact: Fact, now: number): void {
    const line = `${now} ${lineOf(fact)}`
    for (let i = 0; i < line.length; i++) this.#hash = Math.imul(this.#hash ^ line.charCodeAt(i), 0x01000193)
    this.#count += 1
    this.#lines.push(line)
    if (this.#lines.length > 2 * tailLines) this.#lines = this.#lines.slice(-tailLines)
  }

  /** The same for the same facts at the same times. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** How many facts there were. */
  get length(): number {
    return this.#count
  }

  tail(): readonly string[] {
    return this.#lines.slice(-tailLines)
  }
}

/** Asks are named, not spelled out. */
function lineOf(fact: Fact): string {
  const { fact: name, ...rest } = fact
  return `${name} ${JSON.stringify(rest, (key, value) => (key === 'ask' && typeof value === 'object' ? value.id : value))}`
}

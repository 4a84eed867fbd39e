/** Writes a history down and reads it again: a fact a line. */

import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type ClientFact, nowMs } from './history.js'

type WithoutTime<Fact> = Fact extends unknown ? Omit<Fact, 'atMs'> : never
export type NewFact = WithoutTime<ClientFact>

export interface Recorder {
  /** `atMs`: default now. */
  write(fact: NewFact, atMs?: number): void
}

const lookEveryMs = 20
/** A timer that is so much late was held up by more than its neighbours. */
const awakeMs = 50

/** The clients' history. This process is not killed, so it may gather what it writes. */
export class ClientHistory implements Recorder {
  readonly #file: number
  readonly #timer: NodeJS.Timeout
  #lines: string[] = []
  #lookedAtMs = nowMs()

  constructor(path: string) {
    this.#file = openSync(path, 'a')
    this.#timer = setInterval(() => this.#look(), lookEveryMs)
  }

  write(fact: NewFact, atMs: number = nowMs()): void {
    this.#lines.push(JSON.stringify({ atMs, ...fact }))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#flush()
    closeSync(this.#file)
  }

  #look(): void {
    const forMs = nowMs() - this.#lookedAtMs
    this.#lookedAtMs += forMs
    if (forMs > lookEveryMs + awakeMs) this.write({ kind: 'slept', forMs })
    this.#flush()
  }

  #flush(): void {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join('\n')}\n`)
    this.#lines = []
  }
}

/** The facts of a file, which may be large: parsed one by one. A file that is not there holds none. */
export function* factsOf<Fact>(path: string): Generator<Fact> {
  if (!existsSync(path)) return
  const bytes = readFileSync(path)
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    // A last line without its end was being written when the process was killed: it never was a fact.
    if (end < 0) return
    yield JSON.parse(bytes.toString('utf8', start, end))
    start = end + 1
  }
}

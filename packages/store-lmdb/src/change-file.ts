/**
 * A file of lines beside the tables: it costs one write to add one, where a row in a table costs five pages. Nothing but the death of
 * a process can cut it short, for what was not flushed before the machine booted anew is not opened; then its last line has no end.
 */

import { randomUUID } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const prefix = 'changes-'

export class ChangeFile {
  /** Never used again. */
  readonly name = `${prefix}${randomUUID()}`
  readonly #descriptor: number
  #bytes = 0

  constructor(home: string) {
    this.#descriptor = openSync(join(home, this.name), 'wx')
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Throws when there is no room for the whole of it; the next one then takes its place. */
  append(line: string): void {
    const text = `${line}\n`
    const written = writeSync(this.#descriptor, text, this.#bytes)
    if (written < Buffer.byteLength(text)) throw new Error('there is no more room for its change log')
    this.#bytes += written
  }

  empty(): void {
    ftruncateSync(this.#descriptor, 0)
    this.#bytes = 0
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** Without one that was cut short. */
export const readLines = (home: string, name: string): readonly string[] => {
  const text = readFileSync(join(home, name), 'utf8')
  return text.split('\n').slice(0, -1)
}

export const namesOfFiles = (home: string): readonly string[] =>
  readdirSync(home).filter((name) => name.startsWith(prefix))

/** Where another process still has it open, it may stay, and goes when the store is opened next. */
export const removeFile = (home: string, name: string): void => {
  try {
    rmSync(join(home, name), { force: true })
  } catch {}
}

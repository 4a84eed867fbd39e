/** What was said in each conversation, so that who answers knows it: kept in a file, and bounded in lines. */

import { type Database, open } from 'lmdb'
import type { Line } from './contract.js'

const mostLines = 200

export class Conversations {
  readonly #lines: Database<readonly Line[], string>

  constructor(path: string) {
    this.#lines = open<readonly Line[], string>({ path, encoding: 'json' })
  }

  of(sessionId: string): readonly Line[] {
    return this.#lines.get(sessionId) ?? []
  }

  /** Takes over what the page remembers, when it remembers more than we do. */
  restore(sessionId: string, history: readonly Line[]): number {
    if (history.length > this.of(sessionId).length) this.#keep(sessionId, history)
    return this.of(sessionId).length
  }

  add(sessionId: string, ...lines: readonly Line[]): void {
    this.#keep(sessionId, [...this.of(sessionId), ...lines])
  }

  forget(sessionId: string): void {
    this.#lines.removeSync(sessionId)
  }

  #keep(sessionId: string, lines: readonly Line[]): void {
    this.#lines.putSync(sessionId, lines.slice(-mostLines))
  }
}

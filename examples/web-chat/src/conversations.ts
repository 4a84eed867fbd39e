/** What was said in each conversation, so that who answers knows it: bounded in lines and in conversations. */

import type { Line } from './contract.js'

const mostLines = 200
const mostConversations = 1_000

export class Conversations {
  readonly #lines = new Map<string, readonly Line[]>()

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

  #keep(sessionId: string, lines: readonly Line[]): void {
    this.#lines.delete(sessionId)
    this.#lines.set(sessionId, lines.slice(-mostLines))
    for (const oldest of this.#lines.keys()) {
      if (this.#lines.size <= mostConversations) break
      this.#lines.delete(oldest)
    }
  }
}

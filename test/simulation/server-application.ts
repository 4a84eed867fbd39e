/** What somebody does with a server: sends pushes, asks clients, gives questions up, and takes note of every answer. */

import type { Clock } from '@backchat/protocol'
import { type Json, toJson } from '@backchat/protocol'
import type { ServerFact } from './facts.js'
import type { ServerEffect, ServerInput } from './machines.js'
import type { PlannedPush, Question } from './scenario.js'

export interface ServerApplicationOptions {
  readonly node: number
  readonly clock: Clock
  /** The newest session of each client, whatever node it came to. */
  readonly sessions: ReadonlyMap<number, string>
  readonly feed: (input: ServerInput) => void
  readonly tell: (fact: ServerFact) => void
}

export class ServerApplication {
  readonly #options: ServerApplicationOptions
  /** By key. What is settled twice is found by its promise. */
  readonly #questions = new Map<number, Question>()
  #keys = 0

  constructor(options: ServerApplicationOptions) {
    this.#options = options
  }

  push({ id, client, bytes }: PlannedPush): void {
    const { sessions, feed } = this.#options
    const session = client === undefined ? undefined : sessions.get(client)
    if (client !== undefined && session === undefined) return
    this.#keys += 1
    const message = json({ id, timestamp, content: { push: id } })
    const target = session === undefined ? ({ to: 'all' } as const) : ({ to: 'session', session } as const)
    feed({ kind: 'pushed', key: this.#keys, target, id, message, bytes })
  }

  ask(question: Question): void {
    const { node, clock, sessions, feed, tell } = this.#options
    const session = sessions.get(question.client)
    if (session === undefined) return
    const { id, timeoutMs, abandonAfterMs } = question
    this.#keys += 1
    const key = this.#keys
    this.#questions.set(key, question)
    const message = json({ id, timestamp, type: 'question', content: { question: id } })
    tell({ fact: 'questioned', node, question, session })
    feed({ kind: 'asked', key, at: clock.now(), session, message, bytes: 100, timeoutMs })
    if (abandonAfterMs !== undefined) clock.after(abandonAfterMs, () => this.#abandon(key))
  }

  answered({ key, outcome }: Extract<ServerEffect, { kind: 'answered' }>): void {
    const { node, tell } = this.#options
    const question = this.#questions.get(key)
    this.#questions.delete(key)
    if (question) tell({ fact: 'question settled', node, question, outcome })
  }

  /** Its process is gone, and wants no answer any more. */
  die(): void {
    this.#questions.clear()
  }

  #abandon(key: number): void {
    const { node, feed, tell } = this.#options
    const question = this.#questions.get(key)
    if (question === undefined) return
    tell({ fact: 'question given up', node, question: question.id })
    feed({ kind: 'askAbandoned', key })
  }
}

const timestamp = '2030-01-01T00:00:00.000Z'

function json(value: unknown): Json {
  const encoded = toJson(value)
  if (!encoded.ok) throw new Error(encoded.reason)
  return encoded.json
}

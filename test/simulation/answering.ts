/** What somebody's client does with what a server asks: a handler that takes its time, answers or throws, and stops when its answer is not wanted any more. */

import { type Json, toJson } from '@backchat/protocol'
import type { VirtualClock } from '@backchat/testing'
import type { ClientFact } from './facts.js'
import type { ClientEffect, ClientInput } from './machines.js'
import type { Question } from './scenario.js'

export interface AnsweringOptions {
  readonly client: number
  readonly clock: VirtualClock
  readonly feed: (input: ClientInput) => void
  readonly tell: (fact: ClientFact) => void
  /** Acts at once, or when the computer does not sleep any more. */
  readonly whenAwake: (act: () => void) => void
  readonly questionOf: (id: string) => Question
  /** Numbers calls of handlers over all clients. */
  readonly called: () => number
}

export class Answering {
  readonly #options: AnsweringOptions
  /** How to call off what is being answered, by push. */
  readonly #running = new Map<number, () => void>()

  constructor(options: AnsweringOptions) {
    this.#options = options
  }

  handle({ push, message }: Extract<ClientEffect, { kind: 'handle' }>): void {
    const { client, clock, tell, whenAwake, called } = this.#options
    const question = this.#options.questionOf((message.content as { readonly question: string }).question)
    const run = called()
    tell({ fact: 'question ran', client, run, question: question.id })
    let wanted = true
    const end = () => {
      if (wanted) this.#end(push, question, run)
    }
    const callOff = clock.after(question.workMs, () => whenAwake(end))
    this.#running.set(push, () => {
      wanted = false
      callOff()
    })
  }

  abort(push: number): void {
    this.#running.get(push)?.()
    this.#running.delete(push)
  }

  #end(push: number, { id, end }: Question, run: number): void {
    const { client, feed, tell } = this.#options
    this.#running.delete(push)
    if (end === 'throw') {
      const error = { code: 'HANDLER_FAILED', message: 'As planned.', mayHaveExecuted: true } as const
      return feed({ kind: 'answerFailed', push, error })
    }
    tell({ fact: 'question returned', client, run, question: id })
    const message = json({ id: `answer ${run}`, timestamp: '2030-01-01T00:00:00.000Z', content: { question: id, run } })
    feed({ kind: 'answered', push, message })
  }
}

function json(value: unknown): Json {
  const encoded = toJson(value)
  if (!encoded.ok) throw new Error(encoded.reason)
  return encoded.json
}

/** One run of a handler that does what the ask's plan says: waits, yields, returns or throws, and hears its signal. */

import { type Clock, type Json, toJson, type WireError } from '@backchat/protocol'
import type { ServerFact } from './facts.js'
import { isSpent, less, oneChunk, type Portion, type ServerInput } from './machines.js'
import type { Ask } from './scenario.js'

export interface SimulatedRunOptions {
  readonly ask: Ask
  /** The name that the machine gave it. */
  readonly id: number
  /** Numbers the call of the handler over all lives of the server, when it is called. */
  readonly called: () => number
  readonly node: number
  readonly tell: (fact: ServerFact) => void
  readonly clock: Clock
  readonly feed: (input: ServerInput) => void
  /** Whether it is refused for now. */
  readonly refused: boolean
  readonly ended: () => void
}

export class SimulatedRun {
  readonly #options: SimulatedRunOptions
  #state: 'at the gate' | 'working' | 'waiting for a reader' | 'over' = 'at the gate'
  /** Number of the call, once it is called. */
  #run = 0
  #chunks = 0
  /** What it yields without being asked again. */
  #due = oneChunk
  #aborted = false
  #signalled = false
  #callOff: (() => void) | undefined

  constructor(options: SimulatedRunOptions) {
    this.#options = options
    this.#after(options.ask.handler.gateMs, () => this.#passGate())
  }

  /** More is wanted. */
  pull({ chunks, bytes }: Portion): void {
    this.#due = { chunks, bytes }
    if (this.#state === 'waiting for a reader') this.#goOn()
  }

  #goOn(): void {
    const { chunks, chunkMs, workMs } = this.#options.ask.handler
    this.#state = 'working'
    if (this.#chunks < chunks) this.#after(chunkMs, () => this.#yield())
    else this.#after(workMs, () => this.#end())
  }

  /** Its signal fires, and nothing that it still says is wanted. */
  abort(): void {
    if (this.#aborted || this.#state === 'over') return
    this.#aborted = true
    if (this.#state !== 'at the gate') this.#hear('ABORTED')
  }

  /** Its signal fires, and what it still says counts. Whatever is thrown for no reason of the application's has failed. */
  signal(): void {
    if (this.#aborted || this.#signalled || this.#state === 'over') return
    this.#signalled = true
    if (this.#state !== 'at the gate') this.#hear('HANDLER_FAILED')
  }

  #hear(code: 'ABORTED' | 'HANDLER_FAILED'): void {
    const { node, tell, ask } = this.#options
    tell({ fact: 'aborted', node, run: this.#run })
    if (ask.handler.obeys) this.#after(1, () => this.#throw(code, true))
  }

  /** The process that it runs in is gone. */
  die(): void {
    this.#callOff?.()
    this.#state = 'over'
  }

  #passGate(): void {
    const { ask, id, feed, refused, called } = this.#options
    if (this.#aborted) return this.#throw('ABORTED', false)
    if (refused) return this.#refuse()
    this.#run = called()
    this.#state = 'working'
    feed({ kind: 'handling', run: id })
    if (this.#signalled) this.#hear('HANDLER_FAILED')
    if (this.#signalled && ask.handler.obeys) return
    const { chunks, workMs } = ask.handler
    this.#after(workMs, () => (chunks > 0 ? this.#yield() : this.#end()))
  }

  #yield(): void {
    const { ask, id, node, feed, tell } = this.#options
    const chunk = this.#chunks
    this.#chunks += 1
    this.#due = less(this.#due, ask.handler.bytes)
    this.#state = 'waiting for a reader'
    tell({ fact: 'yielded', node, run: this.#run, chunk })
    feed({ kind: 'yielded', run: id, content: json({ ask: ask.id, run: this.#run, chunk }), bytes: ask.handler.bytes })
    if (!isSpent(this.#due) && this.#state === 'waiting for a reader') this.#goOn()
  }

  #end(): void {
    const { ask, id, node, feed, tell } = this.#options
    if (ask.handler.end === 'throw') return this.#throw('HANDLER_FAILED', true)
    this.#over()
    tell({ fact: 'returned', node, run: this.#run })
    const content = { ask: ask.id, run: this.#run, chunks: this.#chunks }
    feed({
      kind: 'returned',
      run: id,
      message: json({ id: `reply ${this.#run}`, timestamp: '2030-01-01T00:00:00.000Z', content }),
      bytes: ask.handler.bytes,
    })
  }

  #refuse(): void {
    const { id, feed } = this.#options
    this.#over()
    const error: WireError = { code: 'RATE_LIMITED', message: 'Too fast.', mayHaveExecuted: false, retryAfterMs: 300 }
    feed({ kind: 'threw', run: id, error, refused: true })
  }

  #throw(code: 'ABORTED' | 'HANDLER_FAILED', mayHaveExecuted: boolean): void {
    const { id, node, feed, tell } = this.#options
    const error: WireError = { code, message: 'As planned.', mayHaveExecuted }
    if (this.#run > 0) tell({ fact: 'threw', node, run: this.#run, error })
    this.#over()
    feed({ kind: 'threw', run: id, error, refused: false })
  }

  #over(): void {
    this.die()
    this.#options.ended()
  }

  #after(ms: number, act: () => void): void {
    this.#callOff?.()
    this.#callOff = this.#options.clock.after(ms, act)
  }
}

function json(value: unknown): Json {
  const encoded = toJson(value)
  if (!encoded.ok) throw new Error(encoded.reason)
  return encoded.json
}

/** The requests that have not settled: from the machine's key back to whoever waits, and what is told of each. */

import {
  type CodedError,
  expandMessage,
  type Ids,
  inWords,
  type JsonValue,
  type Message,
  type RequestMode,
  replyDefaults,
  ShortLived,
  type Stage,
} from '@backchat/protocol'
import type { RequestOptions } from '../api/client.js'
import type { BegunCall, CallNote, Waiter } from '../api/tracing.js'
import type { Fault, Outcome } from '../machine/effects.js'
import type { Input, Key } from '../machine/inputs.js'
import { broken, errorOf, type Received } from './errors.js'
import { type Author, invalid, type Letter, prepare, type Returned, type Said } from './outgoing.js'
import { copyOf, type Entry, newEntry, type Traces } from './traces.js'

/** What the application wants to say. */
export interface Wish {
  readonly mode: RequestMode
  readonly type: string
  readonly content: unknown
  readonly options: RequestOptions
  readonly init?: true
}

/** What is known of a call from its beginning. */
export interface Begun {
  readonly entry: Entry
  readonly key: Key
}

interface Call extends Begun {
  readonly waiter: Waiter
  /** Once it may abort the call, by `giveUp`: then it is to be let go when the call ends. */
  signal: AbortSignal | undefined
  giveUp: (() => void) | undefined
}

/** See {@link Tracing}. */
type Trace = (call: BegunCall) => Pick<BegunCall, 'options' | 'waiter'>

export class Calls {
  readonly #author: Author
  readonly #ids: Ids
  readonly #traces: Traces
  readonly #tell: (input: Input) => void
  readonly #trace: Trace | undefined
  readonly #calls = new ShortLived<number, Call>()
  #keys = 0

  constructor(author: Author, ids: Ids, traces: Traces, tell: (input: Input) => void, trace: Trace | undefined) {
    this.#author = author
    this.#ids = ids
    this.#traces = traces
    this.#tell = tell
    this.#trace = trace
  }

  /** Never throws: what is wrong is told to the waiter. Returns the id of the message, and the name for the rest. */
  start({ mode, type, content, init, options: given }: Wish, waits: Waiter): Begun {
    const id = this.#ids.message()
    const name = inWords(type)
    const traced = this.#trace && traceOf(this.#trace, { id, type: name, mode, options: given, waiter: waits })
    this.#keys += 1
    const key = this.#keys
    const waiter = traced?.waiter ?? waits
    const call: Call = { entry: newEntry(id, name), key, waiter, signal: undefined, giveUp: undefined }
    this.#calls.set(key, call)
    this.#author.watch.read()
    this.#traces.reach(call.entry, 'queued')
    const letter = this.#prepare(call, { id, mode, type, content, options: traced?.options ?? given })
    if (letter.ok) {
      const { message, timeoutMs } = letter
      this.#tell({ kind: 'requested', key, mode, id, type, init, message, timeoutMs })
    } else this.#fail(call, letter.fault, letter.cause)
    return call
  }

  /** Options and signals are the application's: even reading them may throw. */
  #prepare(call: Call, said: Said): Letter | Returned {
    try {
      const letter = prepare(said, this.#author)
      if (letter.ok && letter.signal !== undefined) {
        call.signal = letter.signal
        call.giveUp = () => this.giveUp(call.key)
        call.signal.addEventListener('abort', call.giveUp)
      }
      return letter
    } catch (thrown) {
      return invalid(`The message cannot be sent: ${inWords(thrown)}.`)
    }
  }

  giveUp(key: Key): void {
    if (this.#calls.get(key)) this.#tell({ kind: 'abandoned', key })
  }

  /** What has not settled, oldest first. */
  pending(): readonly Entry[] {
    return this.#calls.values().map(({ entry }) => entry)
  }

  // ---- what the machine tells ----

  reached(key: Key, stage: Stage): void {
    const call = this.#calls.get(key)
    if (call !== undefined) this.#traces.reach(call.entry, stage)
  }

  note(key: Key, note: CallNote): void {
    const call = this.#calls.get(key)
    if (call === undefined) return
    this.#traces.note(call.entry, note)
    call.waiter.noted?.(note)
  }

  chunk(key: Key, content: JsonValue): void {
    const call = this.#calls.get(key)
    if (call === undefined) return
    const checked = this.#author.check.chunk(call.entry.type, content)
    if (checked.ok) return call.waiter.chunk(checked.value)
    this.#fail(call, broken(checked.reason, 'started', true))
    this.#tell({ kind: 'abandoned', key })
  }

  drop(key: Key, fault: Fault): void {
    const call = this.#calls.get(key)
    call?.waiter.dropped?.(this.#errorOf(call, fault))
  }

  settle(key: Key, outcome: Outcome): void {
    const call = this.#calls.get(key)
    if (call === undefined) return
    if (!outcome.ok) return this.#fail(call, outcome.error)
    if (outcome.message === null) return this.#succeed(call, null)
    const reply = expandMessage(outcome.message, replyDefaults, outcome.sessionId, { replyTo: call.entry.id })
    const checked = this.#author.check.reply(call.entry.type, reply.content)
    if (checked.ok) this.#succeed(call, { ...reply, type: 'response', content: checked.value })
    else this.#fail(call, broken(checked.reason, 'replied', true))
  }

  // ---- how it ends ----

  #succeed(call: Call, reply: Message<string, unknown> | null): void {
    this.#end(call)
    this.#traces.settle(call.entry, 'ok')
    call.waiter.succeeded(reply)
  }

  #fail(call: Call, fault: Fault, cause?: unknown): void {
    const received = this.#readFailure(call.entry.type, fault)
    const reason: unknown = received.code === 'ABORTED' ? guarded(() => call.signal?.reason) : undefined
    this.#end(call)
    this.#traces.settle(call.entry, received.code)
    call.waiter.failed(this.#errorOf(call, received, cause ?? reason))
  }

  #errorOf({ entry }: Call, received: Received, cause?: unknown): CodedError {
    const { id, type, trace } = entry
    return errorOf(received, { id, type, trace: copyOf(trace), where: this.#traces.whereabouts(entry) }, cause)
  }

  /** What a handler said when it refused on purpose is received like anything else: parsed once. */
  #readFailure(type: string, fault: Fault): Received {
    if (fault.code !== 'FAILURE') return fault
    const checked = this.#author.check.failure(type, fault.failure ?? null)
    if (checked.ok) return { ...fault, failure: checked.value }
    return broken(checked.reason, fault.stage, fault.mayHaveExecuted)
  }

  #end(call: Call): void {
    const { key, signal, giveUp } = call
    this.#calls.delete(key)
    if (giveUp === undefined) return
    guarded(() => signal?.removeEventListener('abort', giveUp))
    // Its promise may be kept for long.
    call.signal = undefined
    call.giveUp = undefined
  }
}

const traceOf = (trace: Trace, call: BegunCall) => guarded(() => trace(call))

/** What a part of the application's says, unless it throws. */
function guarded<Said>(ask: () => Said): Said | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

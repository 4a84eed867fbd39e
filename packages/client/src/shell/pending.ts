/** What `request`, `send` and `stream` return: promises and chunks that know where their message is. */

import type { CodedError, Message, Stage } from '@backchat/protocol'
import type { PendingRequest, StreamHandle } from '../api/calls.js'
import type { Waiter } from '../api/tracing.js'
import type { Input } from '../machine/inputs.js'
import type { Begun, Calls, Wish } from './calls.js'
import { Reader } from './reader.js'
import { stageOf } from './traces.js'

export type Reply = Message<'response', unknown>

/** What a call can do beside settling. */
export interface Desk {
  readonly calls: Calls
  readonly tell: (input: Input) => void
}

/** A promise with the name of its message. */
export function pendingRequest<Value>(desk: Desk, wish: Wish): PendingRequest<Value> {
  const { promise, resolve, reject } = deferred<Value, Asked<Value>>(Asked)
  // Only a send settles without a message, and it says no more than that it went.
  const succeeded = wish.mode === 'send' ? () => resolve(undefined as Value) : (resolve as Waiter['succeeded'])
  return Asked.named(promise, desk.calls, desk.calls.start(wish, { succeeded, failed: reject, chunk: nothing }))
}

/** A class, because to define getters on each promise would take longer than most of what is done for a request. */
class Asked<Value> extends Promise<Value> implements PendingRequest<Value> {
  #begun!: Begun
  #calls!: Calls
  #cancel: (() => Promise<void>) | undefined

  static named<Value>(promise: Asked<Value>, calls: Calls, begun: Begun): Asked<Value> {
    promise.#calls = calls
    promise.#begun = begun
    return promise
  }

  get id(): string {
    return this.#begun.entry.id
  }

  get stage(): Stage {
    return stageOf(this.#begun.entry)
  }

  /** Works without its promise, too. */
  get cancel(): () => Promise<void> {
    this.#cancel ??= () => settled(this, () => this.#calls.giveUp(this.#begun.key))
    return this.#cancel
  }
}
// So `await` takes it as it is, and `then` makes plain promises.
Asked.prototype.constructor = Promise

/** The chunks for one reader, and the reply. */
export function streamHandle(desk: Desk, wish: Wish): StreamHandle<unknown, Reply> {
  const { promise, resolve, reject } = deferred<Reply, Promise<Reply>>(Promise)
  // It may stay unread.
  promise.catch(() => {})
  let hasReader = false
  const reader = new Reader({
    took: (next) => desk.tell({ kind: 'took', key, next }),
    stopped: () => desk.calls.giveUp(key),
  })
  const leave = () => {
    reader.drop()
    reader.end()
    desk.tell({ kind: 'left', key })
  }
  const { entry, key } = desk.calls.start(wish, {
    succeeded(reply: Reply) {
      reader.end()
      resolve(reply)
    },
    failed(error: CodedError) {
      reader.end({ error })
      reject(error)
    },
    chunk: (content) => reader.push(content),
    dropped(error) {
      reader.drop()
      reader.end({ error })
    },
  })
  return {
    id: entry.id,
    get stage() {
      return stageOf(entry)
    },
    get reply() {
      desk.tell({ kind: 'replyWanted', key })
      return promise
    },
    leave,
    cancel: () => {
      reader.drop()
      return settled(promise, () => desk.calls.giveUp(key))
    },
    [Symbol.asyncIterator]() {
      if (hasReader) throw new TypeError('A stream has one reader.')
      hasReader = true
      desk.tell({ kind: 'readerBegan', key })
      return reader
    },
  }
}

/** Gives up, and resolves when the promise has settled, either way. */
function settled(promise: Promise<unknown>, giveUp: () => void): Promise<void> {
  giveUp()
  return promise.then(nothing, nothing)
}

const nothing = () => {}

type Settle<Value> = (resolve: (value: Value) => void, reject: (error: CodedError) => void) => void

function deferred<Value, Kind extends Promise<Value>>(Kind: new (settle: Settle<Value>) => Kind) {
  let resolve: (value: Value) => void = nothing
  let reject: (error: CodedError) => void = nothing
  const promise = new Kind((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  return { promise, resolve, reject }
}

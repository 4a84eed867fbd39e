/** What `request`, `send` and `stream` return: promises and chunks that know where their message is. */

import type { CodedError, Message } from '@backchat/protocol'
import type { PendingRequest, StreamHandle } from '../api/calls.js'
import type { Input } from '../machine/inputs.js'
import type { Calls, Wish } from './calls.js'
import { Reader } from './reader.js'
import { type Entry, stageOf } from './traces.js'

export type Reply = Message<'response', unknown>

/** What a call can do beside settling. */
export interface Desk {
  readonly calls: Calls
  readonly tell: (input: Input) => void
}

/** A promise with the name of its message. */
export function pendingRequest<Value>(
  desk: Desk,
  wish: Wish,
  read: (reply: Message<string, unknown> | null) => Value,
): PendingRequest<Value> {
  const { promise, resolve, reject } = deferred<Value>()
  const { entry, key } = desk.calls.start(wish, {
    succeeded: (reply) => resolve(read(reply)),
    failed: reject,
    chunk: () => {},
  })
  const cancel = () => settled(promise, () => desk.calls.giveUp(key))
  const request: Promise<Value> & Partial<PendingRequest<Value>> = Object.assign(promise, {
    [known]: entry,
    id: entry.id,
    cancel,
  })
  return Object.defineProperty(request, 'stage', stage) as PendingRequest<Value>
}

const known = Symbol()
/** One for all promises: making one for each would take longer than all the rest of a request. */
const stage = {
  enumerable: true,
  get(this: { readonly [known]: Entry }) {
    return stageOf(this[known])
  },
}

/** The chunks for one reader, and the reply. */
export function streamHandle(desk: Desk, wish: Wish): StreamHandle<unknown, Reply> {
  const { promise, resolve, reject } = deferred<Reply>()
  // It may stay unread.
  promise.catch(() => {})
  let begun = false
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
    succeeded(reply) {
      reader.end()
      resolve(asReply(reply))
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
      if (begun) throw new TypeError('A stream has one reader.')
      begun = true
      desk.tell({ kind: 'readerBegan', key })
      return reader
    },
  }
}

/** A reply always carries a message: only a send settles without one. */
export function asReply(reply: Message<string, unknown> | null): Reply {
  if (reply === null) throw new TypeError('A reply came without a message.')
  return { ...reply, type: 'response' }
}

/** Gives up, and resolves when the promise has settled, either way. */
function settled(promise: Promise<unknown>, giveUp: () => void): Promise<void> {
  giveUp()
  return promise.then(
    () => {},
    () => {},
  )
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: CodedError) => void = () => {}
  const promise = new Promise<Value>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}

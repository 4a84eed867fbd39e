/** What a handler returned, as the message that middleware sees and as the text that travels. */

import type { Json } from '@backchat/protocol'
import {
  type Clock,
  type Encoded,
  type Ids,
  type Message,
  replyDefaults,
  toJson,
  utf8Length,
  wireMessage,
} from '@backchat/protocol'
import { timestampOf } from './timestamp.js'

export type Reply = Message<'response', unknown>

/** JSON text with its size as UTF-8. */
export interface Sized {
  readonly json: Json
  readonly bytes: number
}

export const replyTo = (
  message: Message<string, unknown>,
  content: unknown,
  { clock, ids }: { readonly clock: Clock; readonly ids: Pick<Ids, 'message'> },
): Reply => ({
  id: ids.message(),
  type: 'response',
  from: 'ai',
  to: 'user',
  content: content ?? null,
  sessionId: message.sessionId,
  timestamp: timestampOf(clock.wall()),
  metadata: { replyTo: message.id },
})

/** @throws TypeError when the content is not JSON. `replyTo` is not written: the receiver adds it by itself [P-7]. */
export const encodeReply = ({ id, timestamp, type, from, to, content }: Reply): Sized =>
  sized(wireMessage({ id, timestamp, type, from, to, content }, replyDefaults), 'The reply')

/** The same of a reply that nobody wants to see as a message. */
export const encodeAnswer = (content: unknown, id: string, wallMs: number): Sized => {
  const reply = { id, timestamp: timestampOf(wallMs), type: 'response', from: 'ai', to: 'user', content } as const
  return sized(wireMessage(reply, replyDefaults), 'The reply')
}

/** @throws TypeError when the chunk is not JSON. */
export const encodeChunk = (chunk: unknown): Sized => sized(toJson(chunk ?? null), 'A chunk')

const sized = (encoded: Encoded, what: string): Sized => {
  if (!encoded.ok) throw new TypeError(`${what} is not JSON: ${encoded.reason}.`)
  return { json: encoded.json, bytes: utf8Length(encoded.json) }
}

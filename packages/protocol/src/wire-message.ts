/** A message to its form on the wire and back [P-7]: what the link already knows is left out, and filled in again. */

import { type Encoded, type Json, type JsonObject, toJson } from './json.js'
import { type Message, type Party, parties, type WireDefaults, type WireMessage } from './message.js'

/** What an author says. `content` and `metadata` come from an application, so they may be anything. */
export interface MessageParts {
  readonly id: string
  readonly timestamp: string
  readonly type: string
  readonly from: Party
  readonly to: Party
  readonly content?: unknown
  readonly metadata?: unknown
}

/** Encodes a message for the frame whose defaults these are. Never throws; `reason` names what is wrong with which field. */
export function wireMessage(parts: MessageParts, defaults: WireDefaults): Encoded {
  const { type, from, to } = parts
  if (typeof type !== 'string') return refused(noText)
  if (!parties.includes(from) || !parties.includes(to)) return refused(`from, to: each is one of ${parties.join(', ')}`)
  let said = ''
  if (from !== defaults.from) said += `,"from":"${from}"`
  if (to !== defaults.to) said += `,"to":"${to}"`
  return plainMessage(parts, defaults.typeIsWritten || type !== defaults.type ? type : undefined, said)
}

/** The same for a client, whose frames always mean by whom and to whom it is. Without a type it is that of the frame. `said`: what else stands beside it. */
export function plainMessage(
  parts: Omit<MessageParts, 'type' | 'from' | 'to'>,
  type?: string | undefined,
  said = '',
): Encoded {
  if (type !== undefined && typeof type !== 'string') return refused(noText)
  const content = toJson(parts.content ?? null)
  if (!content.ok) return refused(`content: ${content.reason}`)
  const metadata = parts.metadata == null ? noMetadata : toJson(parts.metadata)
  if (!metadata.ok) return refused(`metadata: ${metadata.reason}`)
  if (!metadata.json.startsWith('{')) return refused('metadata: it is not an object')

  const { id, timestamp } = parts
  let text = JSON.stringify({ id, timestamp, type }).slice(0, -1) + said
  if (content.json !== 'null') text += `,"content":${content.json}`
  if (metadata.json !== '{}') text += `,"metadata":${metadata.json}`
  return { ok: true, json: `${text}}` as Json }
}

const noText = 'type: it is not a string'
const noMetadata: Encoded = { ok: true, json: '{}' as Json }

const refused = (reason: string): Encoded => ({ ok: false, reason })

/**
 * The message that an application sees, with all eight fields.
 * `extraMetadata` is what the receiver adds, such as `replyTo`; it wins over what the author wrote.
 */
export function expandMessage(
  wire: WireMessage,
  defaults: WireDefaults,
  sessionId: string,
  extraMetadata?: JsonObject,
): Message {
  return {
    id: wire.id,
    type: wire.type ?? defaults.type,
    from: wire.from ?? defaults.from,
    to: wire.to ?? defaults.to,
    content: wire.content ?? null,
    sessionId,
    timestamp: wire.timestamp,
    metadata: extraMetadata ? { ...wire.metadata, ...extraMetadata } : (wire.metadata ?? {}),
  }
}

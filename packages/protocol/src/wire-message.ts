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
  return plainMessage(
    parts,
    defaults.typeIsWritten || type !== defaults.type ? type : undefined,
    from === defaults.from ? undefined : from,
    to === defaults.to ? undefined : to,
  )
}

/** The same for a client, whose frames always mean by whom and to whom it is. What is undefined is what the frame means anyway. */
export function plainMessage(
  { id, timestamp, content = null, metadata }: Omit<MessageParts, 'type' | 'from' | 'to'>,
  type?: string | undefined,
  from?: Party | undefined,
  to?: Party | undefined,
): Encoded {
  if (type !== undefined && typeof type !== 'string') return refused(noText)
  // One text at once: what is put together from several takes three times the memory, for every message under way.
  if (metadata == null) {
    const whole = toJson({ id, timestamp, type, from, to, content: content ?? undefined })
    if (whole.ok && (content == null || isSaid(whole.json))) return whole
  }
  const contentJson = toJson(content)
  if (!contentJson.ok) return refused(`content: ${contentJson.reason}`)
  const metadataJson = metadata == null ? noMetadata : toJson(metadata)
  if (!metadataJson.ok) return refused(`metadata: ${metadataJson.reason}`)
  if (!metadataJson.json.startsWith('{')) return refused('metadata: it is not an object')

  let text = JSON.stringify({ id, timestamp, type, from, to }).slice(0, -1)
  if (contentJson.json !== 'null') text += `,"content":${contentJson.json}`
  if (metadataJson.json !== '{}') text += `,"metadata":${metadataJson.json}`
  return { ok: true, json: `${text}}` as Json }
}

/** What JSON cannot say is missing in it without a word; a number that is none is `null`, which is left out. In a string its quotes would be escaped. */
const isSaid = (json: string): boolean => json.includes(',"content":') && !json.endsWith(',"content":null}')

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
    metadata:
      wire.metadata && extraMetadata ? { ...wire.metadata, ...extraMetadata } : (extraMetadata ?? wire.metadata ?? {}),
  }
}

/** The message: the envelope an application sees, and the shorter form of it that travels. */

import type { JsonObject, JsonValue } from './json.js'

/** Who speaks or is spoken to. The server stamps `from`: a client cannot claim to be the system. */
export const parties = ['user', 'ai', 'system'] as const
export type Party = (typeof parties)[number]

/** The envelope that handlers and listeners see. All eight fields are always there. */
export interface Message<Type extends string = string, Content = JsonValue> {
  /** Unique, made by Backchat (21 random characters of nanoid). */
  readonly id: string
  readonly type: Type
  readonly from: Party
  readonly to: Party
  /** What the application says. A message sent without content carries `null`. */
  readonly content: Content
  /** The conversation it belongs to, as the server numbers it. */
  readonly sessionId: string
  /** When it was made, by its author's clock: an ISO 8601 string. */
  readonly timestamp: string
  /** Free for the application. A reply carries `replyTo`, the id of the request it answers. */
  readonly metadata: JsonObject
}

/**
 * The message as it travels [P-7]: what the link already knows is left out, and the receiver fills it in.
 * Left out: `sessionId` always; `content` when it is `null`; `metadata` when it is empty; `type`, `from` and `to`
 * when they are what {@link WireDefaults} says for the frame that carries it.
 */
export type WireMessage = {
  readonly id: string
  readonly timestamp: string
  readonly type?: string
  readonly from?: Party
  readonly to?: Party
  readonly content?: JsonValue
  readonly metadata?: JsonObject
}

/** A request's message, which always writes its type [P-7]. */
export type RequestMessage = WireMessage & { readonly type: string }

/** What a message that leaves a field out means by it. */
export interface WireDefaults {
  readonly type: string
  /** The type is written even where it is the default. */
  readonly typeIsWritten?: true
  readonly from: Party
  readonly to: Party
}

/** A request or a send: spoken by the person to the AI. Its `type` is always written. */
export const requestDefaults: WireDefaults = { type: 'text', typeIsWritten: true, from: 'user', to: 'ai' }
/** A reply: spoken by the AI to the person, of type `response`. */
export const replyDefaults: WireDefaults = { type: 'response', from: 'ai', to: 'user' }
/** A push: announced by the system. */
export const pushDefaults: WireDefaults = { type: 'system', from: 'system', to: 'user' }

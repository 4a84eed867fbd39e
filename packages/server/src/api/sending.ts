/** What the application sends, and what became of it. */

import type { CodedError, JsonObject, Party, SentContent, ServerType, Untyped } from '@backchat/protocol'

/** A push: what the application writes; id, timestamp and session are added. */
export type OutgoingMessage<C = Untyped> = {
  [Type in ServerType<C>]: OutgoingEnvelope<Type> & OutgoingContent<SentContent<C, Type>>
}[ServerType<C>]

interface OutgoingEnvelope<Type> {
  readonly type: Type
  /** Default `system`. */
  readonly from?: Party | undefined
  /** Default `user`. */
  readonly to?: Party | undefined
  readonly metadata?: JsonObject | undefined
}

type OutgoingContent<Content> = undefined extends Content
  ? { readonly content?: Content }
  : { readonly content: Content }

/**
 * What became of a send, settled when it has been appended to the log of each session it is for. No session is no
 * error and stores nothing: `sessions` is 0.
 */
export type SendResult =
  | { readonly ok: true; readonly id: string; readonly sessions: number }
  | { readonly ok: false; readonly error: CodedError }

/** What became of a `join` or `leave`: `SESSION_GONE` when there is no such session. */
export type RoomResult = { readonly ok: true } | { readonly ok: false; readonly error: CodedError }

/** What became of a `logout`: how many sessions have ended. */
export type LogoutResult =
  | { readonly ok: true; readonly sessions: number }
  | { readonly ok: false; readonly error: CodedError }

export interface RoomOptions {
  /** Sessions of the room that do not get it. */
  readonly except?: string | readonly string[] | undefined
}

export interface ServerRequestOptions {
  /** Milliseconds, from the call. Default 30 000; more than 24 h is 24 h. */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly metadata?: JsonObject | undefined
}

export interface CloseOptions {
  /** Milliseconds that running handlers are given to end. Default 10 000. Then their signals fire. */
  readonly drain?: number | undefined
}

/** Every frame that travels on a link [P-10 … P-34]. `Payload` is a value when received and {@link Json} text when sent. */

import type { WireError } from './errors.js'
import type { JsonValue } from './json.js'
import type { Limits } from './limits.js'
import type { RequestMessage, WireMessage } from './message.js'

/** The only version of the protocol there is; the subprotocol `backchat.1` names it too. */
export const protocolVersion = 1
/** Name of the WebSocket subprotocol, offered by the client and chosen by the server [P-1]. */
export const subprotocol = 'backchat.1'

/** An inclusive range of numbers. */
export type Range = readonly [from: number, to: number]

/** How the caller wants to be answered: with a reply, with chunks and a reply, or not at all. */
export const requestModes = ['request', 'stream', 'send'] as const
export type RequestMode = (typeof requestModes)[number]

// ---- client to server ----

/** First frame of a link [P-10]. The only one a client sends before `welcome`. */
export interface Hello {
  readonly kind: 'hello'
  readonly version: number
  /** Client id: 128 random bits, base64url. With the user it is the key of the session record. */
  readonly client: string
  /** Proof that the client id is ours: 256 random bits, base64url. Never in a URL, never logged. */
  readonly secret: string
  /** Number of this dial, from 1: the fence between old and new links. */
  readonly attempt: number
  /** Epoch of the session that the client knows; left out before the first welcome. */
  readonly epoch?: string
  /** Last push delivered to the application; 0 before the first. */
  readonly lastPush: number
  /** Every request number up to this one is settled. */
  readonly floor: number
  /** Settled request numbers above the floor, as ascending ranges that do not touch. */
  readonly settled: readonly Range[]
  /** Random name of this page's life: another page means that the application forgot what it was told. */
  readonly page: string
  /** What `authenticate` judges; left out when the application gives none. */
  readonly token?: string
}

/** A message that expects an answer [P-14]. Sent again, word for word but `leftMs` and `from`, when a link was lost. */
export interface RequestFrame<Payload> {
  readonly kind: 'request'
  readonly n: number
  readonly mode: RequestMode
  /** Milliseconds until the caller stops waiting. */
  readonly leftMs: number
  /** Streams only: the chunk wanted next. Left out means 0. */
  readonly from?: number
  readonly message: Payload
}

/** The caller does not want the answer any more [P-20]. Repeated on each link until acknowledged. */
export interface Cancel {
  readonly kind: 'cancel'
  readonly n: number
}

/** What the client has for good [P-22]: pushes delivered, requests settled, chunks taken. */
export interface Ack {
  readonly kind: 'ack'
  readonly push: number
  readonly floor: number
  readonly settled: readonly Range[]
  /** For each open stream that moved: its request number and the first chunk not yet taken. */
  readonly chunks?: readonly (readonly [n: number, next: number])[]
}

/** The client leaves for good: the session may be forgotten [P-30]. */
export interface Bye {
  readonly kind: 'bye'
}

/** A new token for the living session [P-34]. */
export interface TokenFrame {
  readonly kind: 'token'
  readonly token: string
}

/** The answer to a push that wants one [P-33]. Kept, and sent again on each link, until `answered`. */
export interface Answer<Payload> {
  readonly kind: 'answer'
  /** Number of the push. */
  readonly push: number
  readonly message: Payload
}

/** The same when there is no answer: no handler, or it failed [P-33]. */
export interface AnswerError {
  readonly kind: 'answerError'
  readonly push: number
  readonly error: WireError
}

// ---- server to client ----

/** The link is current from here on [P-12]. */
export interface Welcome {
  readonly kind: 'welcome'
  readonly sessionId: string
  readonly epoch: string
  /** Whether a record was found, so that journal and log are kept. */
  readonly resumed: boolean
  /** Number of the last push appended. */
  readonly head: number
  /** Pushes that the client has not seen and that are past retention. */
  readonly gap?: { readonly from: number; readonly to: number }
  /** Message types whose requests may be run again. */
  readonly idempotent: readonly string[]
  readonly limits: Limits
  /** A link that is silent this long is probed with a ping. */
  readonly heartbeatMs: number
  /** Until the token ends [P-34]; left out when it does not. */
  readonly expiresInMs?: number
}

/** The new token was taken [P-34]. */
export interface Authorized {
  readonly kind: 'authorized'
  /** Until it ends; left out when it does not. */
  readonly expiresInMs?: number
}

/** The server goes away soon [P-32]: what was taken is still answered on this link, all else is for the next one. */
export interface Drain {
  readonly kind: 'drain'
  /** How many request frames of this link were taken. Those after them were not, and will not be. */
  readonly taken: number
  /** The least delay before the next dial. */
  readonly retryAfterMs: number
  /** Dials are spread over so much time after it. */
  readonly windowMs: number
}

export const refuseCodes = [
  'version',
  'invalid',
  'unauthorized',
  'not-yours',
  'stale',
  'superseded',
  'full',
  'draining',
] as const
export type RefuseCode = (typeof refuseCodes)[number]

/** The link is not, or no longer, served [P-13]; the server closes it after this frame. */
export interface Refuse {
  readonly kind: 'refuse'
  readonly code: RefuseCode
  /** One sentence for a person. */
  readonly message: string
  readonly retryAfterMs?: number
}

/** The handler runs, or still runs; repeated while it does [P-16]. A `send` settles here. */
export interface Started {
  readonly kind: 'started'
  readonly n: number
}

/** The answer of a handler that returned [P-17]. */
export interface Reply<Payload> {
  readonly kind: 'reply'
  readonly n: number
  /** Streams only: how many chunks there were, so that a hole cannot look like an end. */
  readonly count?: number
  readonly message: Payload
}

/** The answer in all other cases [P-18]. */
export interface ErrorFrame {
  readonly kind: 'error'
  readonly n: number
  /** Streams only: how many chunks came before. */
  readonly count?: number
  /** Not journalled: the same number may be sent again. */
  readonly refused?: true
  readonly error: WireError
}

/** One piece of a streamed answer, numbered from 0 [P-19]. */
export interface Chunk<Payload> {
  readonly kind: 'chunk'
  readonly n: number
  readonly chunk: number
  readonly content: Payload
}

/** A cancel was taken note of: the number may be reported settled [P-21]. */
export interface Cancelled {
  readonly kind: 'cancelled'
  readonly n: number
}

/** A message that the server sends unasked, with its number [P-23]. */
export interface Push<Payload> {
  readonly kind: 'push'
  readonly push: number
  /** It wants an answer within so many milliseconds [P-33]. */
  readonly leftMs?: number
  readonly message: Payload
}

/** The answer to a push arrived: the client may forget it [P-33]. */
export interface Answered {
  readonly kind: 'answered'
  readonly push: number
}

/** Numbered like a push: the answer to push `ask` is not wanted any more [P-33]. */
export interface Withdrawn {
  readonly kind: 'withdrawn'
  readonly push: number
  readonly ask: number
}

/** Pushes that are past retention, told before the first one after them [P-24]. */
export interface Gap {
  readonly kind: 'gap'
  readonly from: number
  readonly to: number
}

// ---- both ways ----

/** Asks for a sign of life; any frame is one [P-28]. */
export interface Ping {
  readonly kind: 'ping'
}
export interface Pong {
  readonly kind: 'pong'
}

/** `Reply` is what an answer carries, which may leave out its type. */
export type ClientFrame<Payload, Reply = Payload> =
  | Hello
  | RequestFrame<Payload>
  | Cancel
  | Ack
  | Bye
  | TokenFrame
  | Answer<Reply>
  | AnswerError
  | Ping
  | Pong

/** `Content` is what a chunk carries, which is no message. */
export type ServerFrame<Payload, Content = Payload> =
  | Welcome
  | Refuse
  | Started
  | Reply<Payload>
  | ErrorFrame
  | Chunk<Content>
  | Cancelled
  | Push<Payload>
  | Answered
  | Withdrawn
  | Gap
  | Authorized
  | Drain
  | Ping
  | Pong

/** What a server receives: decoded, and every field found to be of the right shape. */
export type ReceivedByServer = ClientFrame<RequestMessage, WireMessage>
/** What a client receives: decoded, and every field found to be of the right shape. */
export type ReceivedByClient = ServerFrame<WireMessage, JsonValue>

/** What happens to the client's machine. Past tense: each is a fact that a shell reports, with the time as an argument beside it. */

import type { Json, ReceivedByClient, RequestMode, WireError } from '@backchat/protocol'

/** A name the shell gives to each request, never reused; the machine's effects refer to it. */
export type Key = number

export type Input =
  /** The first turn; nothing is dialled before. */
  | { readonly kind: 'started' }
  | Requested
  /** The caller gave up: by signal, `cancel()` or `break`. It settles at once and the server is told. */
  | { readonly kind: 'abandoned'; readonly key: Key }
  /** Somebody began to read the chunks of a stream; somebody waits for its reply. */
  | { readonly kind: 'readerBegan' | 'replyWanted'; readonly key: Key }
  /** The reader of a stream left; the handler goes on. */
  | { readonly kind: 'left'; readonly key: Key }
  /** The reader took chunks: all below `next`. */
  | { readonly kind: 'took'; readonly key: Key; readonly next: number }
  /** Answers the effect `fetchToken` with the same `fetch`. */
  | { readonly kind: 'tokenFetched'; readonly fetch: number; readonly token: string | undefined }
  | { readonly kind: 'tokenFailed'; readonly fetch: number; readonly reason: string }
  /** The socket of that link opened, brought a frame, brought something that is no frame, closed or never opened. */
  | { readonly kind: 'opened'; readonly link: number }
  | { readonly kind: 'received'; readonly link: number; readonly frame: ReceivedByClient }
  | { readonly kind: 'garbled'; readonly link: number; readonly reason: string }
  /** It brought a frame of a kind that is not known here: a sign of life [P-3], but no greeting [P-5]. */
  | { readonly kind: 'unknown'; readonly link: number; readonly frameKind: string }
  | { readonly kind: 'closed'; readonly link: number; readonly code: number; readonly reason: string }
  /** Answers the effect `initialise` when the application has nothing to say or its function threw. */
  | { readonly kind: 'initSkipped' }
  /** The application now listens to pushes of this type (`*`: of every type). */
  | { readonly kind: 'listened'; readonly type: string }
  /** The application now handles, or does not handle any more, what the server asks of this type. */
  | { readonly kind: 'handles' | 'handlesNoMore'; readonly type: string }
  /** Answers the effect `handle`: the handler returned. The reply's wire message, encoded. */
  | { readonly kind: 'answered'; readonly push: number; readonly message: Json }
  /** The same when it threw, or the message was not what the contract says. */
  | { readonly kind: 'answerFailed'; readonly push: number; readonly error: WireError }
  /** What the platform noticed. Never a truth, always a reason to look. */
  | { readonly kind: 'noticed'; readonly sign: 'online' | 'offline' | 'visible' | 'hidden' | 'woke' }
  | { readonly kind: 'reauthenticated' }
  | { readonly kind: 'closeAsked' }
  /** The timer fired: the time that `wakeAt()` named has come. `timerAt`: the monotonic time that it was set for, if the shell looks at it. */
  | { readonly kind: 'woke'; readonly timerAt?: number }

export interface Requested {
  readonly kind: 'requested'
  readonly key: Key
  readonly mode: RequestMode
  /** The message's id. */
  readonly id: string
  readonly type: string
  /** The wire message, encoded; the machine never looks inside. */
  readonly message: Json
  /** Until the deadline; for a stream the longest silence. Positive, at most 24 h. */
  readonly timeoutMs: number
  /** Answers the effect `initialise`: it goes out before all else. */
  readonly init?: true | undefined
}

/** What the client's machine wants done. Imperative: a shell performs each, in order, and decides nothing. */

import type { ClientFrame, ErrorCode, Json, JsonValue, Stage, WireMessage } from '@backchat/protocol'
import type { Key } from './inputs.js'

export type Effect =
  /** Call the application's token function; answer with `tokenFetched` or `tokenFailed`. */
  | { readonly kind: 'fetchToken'; readonly fetch: number }
  /** Open a socket. Links are numbered from 1, for ever upwards; only the newest one counts. */
  | { readonly kind: 'dial'; readonly link: number }
  /** `key`: the request that the frame asks for, the first time or again. */
  | { readonly kind: 'transmit'; readonly link: number; readonly frame: ClientFrame<Json>; readonly key?: Key }
  /** Drop the socket: remove its handlers, forget it, then terminate it. No `closed` follows. */
  | { readonly kind: 'abandon'; readonly link: number; readonly code: number }
  /** Ask the application's `init` function for its content; answer in the same turn with `requested{init}` or `initSkipped`. */
  | { readonly kind: 'initialise' }
  /** A request got further. */
  | { readonly kind: 'stage'; readonly key: Key; readonly stage: Stage }
  /** Its handler still runs, says the server; or it was refused for now, and is sent again by itself. */
  | { readonly kind: 'stillWorking'; readonly key: Key }
  | { readonly kind: 'putOff'; readonly key: Key; readonly code: ErrorCode }
  /** The next chunk of a stream, in order and without holes. */
  | { readonly kind: 'chunk'; readonly key: Key; readonly content: JsonValue }
  /** Let go of the chunks that nobody has read: whoever reads from now on gets this error. */
  | { readonly kind: 'dropChunks'; readonly key: Key; readonly error: Fault }
  /** Exactly once for each request. */
  | { readonly kind: 'settle'; readonly key: Key; readonly outcome: Outcome }
  /** Hand a push to its listeners. It counts as delivered when they returned or threw. */
  | { readonly kind: 'deliver'; readonly message: WireMessage; readonly sessionId: string }
  /** Call the handler of its type, which the server waits for; answer with `answered` or `answerFailed`. */
  | {
      readonly kind: 'handle'
      readonly push: number
      readonly message: WireMessage
      readonly sessionId: string
      readonly leftMs: number
    }
  /** Fire the signal of the handler that was called for this push: its answer is not wanted any more, and nothing more is to be said of it. */
  | { readonly kind: 'abortHandler'; readonly push: number }
  | { readonly kind: 'status'; readonly status: MachineStatus }
  /** The server took the newest token: whoever waits for that may go on. */
  | { readonly kind: 'authorized' }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'reset'; readonly reason: string }
  /** Something nobody waits for went wrong. */
  | { readonly kind: 'report'; readonly error: Fault }

export type Outcome =
  /** `message` is what travelled, null for a `send`. */
  | { readonly ok: true; readonly message: WireMessage | null; readonly sessionId: string }
  | { readonly ok: false; readonly error: Fault }

/** All that an error says but its request's id, which the shell knows. */
export interface Fault {
  readonly code: ErrorCode
  /** One sentence that a person can act on. */
  readonly message: string
  readonly stage: Stage
  readonly mayHaveExecuted: boolean
  /** Asking anew cannot run it twice. */
  readonly retryable: boolean
  readonly retryAfterMs?: number | undefined
  readonly failure?: JsonValue | undefined
}

/** As the application's `status`, with `until` in the machine's time. */
export type MachineStatus =
  | { readonly state: 'idle' | 'connecting' | 'online' | 'closed' }
  | { readonly state: 'waiting'; readonly reason: string; readonly until: number }
  | { readonly state: 'unauthorized'; readonly reason: string }

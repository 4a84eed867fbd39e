/** What the flight recorder remembers of a frame: its header, never its content. */

import type { ClientFrame, ErrorCode, RefuseCode, RequestMode, ServerFrame } from '@backchat/protocol'

export interface FlightRecord {
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** `in`: the client said it; `out`: the server did. */
  readonly direction: 'in' | 'out'
  /** The frame's; or what happened to the link: it `opened`, said something that is no frame (`garbled`), was `closed` or lost, was `abandoned` by this server. */
  readonly kind: (ClientFrame<never> | ServerFrame<never>)['kind'] | 'opened' | 'garbled' | 'closed' | 'abandoned'
  /** The link, as this server numbers them. */
  readonly link: number
  /** Undefined before the link is welcome, and of one that ended very long ago. */
  readonly connectionId: string | undefined
  readonly sessionId: string | undefined
  /** The number of the request, or of the push; of an `ack` the number up to which all requests are settled. */
  readonly n: number | undefined
  /** Of the message; of an answer those of its request. Undefined when the record of the request has been overwritten. */
  readonly type: string | undefined
  readonly id: string | undefined
  /** Of a request: how it wants to be answered. */
  readonly mode: RequestMode | undefined
  /** Of an error: it was not run, and its number may come again [P-18]. */
  readonly refused: boolean
  /** Why: the code of an error or a refusal, or of the WebSocket's close frame. */
  readonly code: ErrorCode | RefuseCode | number | undefined
}

/** Which records are meant: those that fit all that is given. */
export interface FlightFilter {
  readonly session?: string | undefined
  /** The id of a request: all that was said of it, on whichever link. */
  readonly request?: string | undefined
}

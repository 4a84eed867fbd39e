/** What a client tells those who look on. */

import type { CodedError, ErrorCode, Stage, Trace } from '@backchat/protocol'

export type Status =
  | { readonly state: 'idle' | 'connecting' | 'online' | 'closed' }
  /** Dials again at `until`, milliseconds since 1970. */
  | { readonly state: 'waiting'; readonly reason: string; readonly until: number }
  /** The token was refused; `reauthenticate()` goes on. */
  | { readonly state: 'unauthorized'; readonly reason: string }

/** What a user interface draws. */
export interface Snapshot {
  readonly status: Status
  /** What has not settled, oldest first. */
  readonly pending: readonly Explanation[]
}

/** Where a message is, or got stuck. */
export interface Explanation {
  readonly id: string
  readonly type: string
  readonly stage: Stage
  readonly trace: Trace
  readonly outcome: 'pending' | 'ok' | ErrorCode
  /** The newest link that took it: links are numbered by the client, from 1. */
  readonly link?: number | undefined
  /** When the server last said that its handler still runs: milliseconds since 1970. */
  readonly heardAtMs?: number | undefined
  /** The same in one line for a person, and why: there is no link, its link was lost, the server put it off. */
  readonly text: string
}

export interface ClientEventMap {
  status: Status
  /**
   * Pushes that are past the server's retention: these numbers will never come [P-24]. Announced at once, so before
   * pushes that still wait for the first listener of their type.
   */
  gap: { readonly from: number; readonly to: number }
  /** The session was lost; a new one has begun, and its pushes start anew [P-12]. */
  reset: { readonly reason: string }
  /** A message got further. */
  trace: { readonly id: string; readonly type: string; readonly stage: Stage; readonly atMs: number }
  /** Something that nobody waits for went wrong: a listener threw, `init` failed, a push had no listener. */
  error: CodedError
}

export interface ClientEvents {
  /**
   * Listens to a local event; returns how to stop. What a listener throws stops only itself.
   *
   * @throws TypeError when there is no such event, or the listener is no function.
   */
  on<Name extends keyof ClientEventMap>(name: Name, listener: (event: ClientEventMap[Name]) => unknown): () => void
}

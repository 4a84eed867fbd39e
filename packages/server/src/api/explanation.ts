/** Where a request is on this server, or what became of it here. */

import type { ErrorCode, RequestMode, Stage, Trace } from '@backchat/protocol'

/**
 * What a request waits for that has not been settled.
 *
 * | it waits for | meaning |
 * |---|---|
 * | `store` | the store has been asked about it, or told of its end, and has not answered |
 * | `connection` | middleware of its connection has not let that in |
 * | `turn` | others of its session run: `config.concurrency`, `ordered` |
 * | `middleware` | rate limit, contract or middleware look at it |
 * | `handler` | its handler works |
 * | `reader` | its handler is as far ahead of its reader as it may be |
 * | `server` | another server of this store runs it |
 * | `client` | its answer is kept until the client confirms it; or its link was lost before it began, and the client has to ask again |
 */
export type WaitsFor = 'store' | 'connection' | 'turn' | 'middleware' | 'handler' | 'reader' | 'server' | 'client'

/** What `manager.explain(id)` says; its words are those of `client.explain(id)`. */
export interface Explanation {
  readonly id: string
  readonly type: string
  readonly mode: RequestMode
  /** How far it got here. `settled`: the client has confirmed its answer, gave up or was refused, or the session is over. */
  readonly stage: Stage
  /** The stages it went through here. */
  readonly trace: Trace
  /** How its handler ended, or why it was not called. */
  readonly outcome: 'pending' | 'ok' | ErrorCode
  readonly sessionId: string
  readonly userId: string
  /** The newest connection that brought it. */
  readonly connectionId: string | undefined
  /** Its number in the session [P-14]. */
  readonly n: number
  /** Milliseconds since it came first; once it is settled, until then. */
  readonly ageMs: number
  /** Undefined once it is settled. */
  readonly waitsFor: WaitsFor | undefined
  /** For so many milliseconds; 0 once it is settled. A handler's wait begins anew with each chunk. */
  readonly waitsMs: number
  /** The same in words, and why it gets no further; empty once it is settled. */
  readonly reason: string
  /** All of it in one line for a person. */
  readonly text: string
}

/** What is written down while faults strike: by the clients and by the server, each in a file of its own, a fact a line. */

import type { ErrorCode, Stage } from '@backchat/protocol'
import type { Fault } from './schedule.js'

/** How an ask is meant to end: answered; by a deadline that faults outlast; or called off by whoever asked. */
export type Plan = 'patient' | 'hasty' | 'fickle'
export type Mode = 'request' | 'stream' | 'send'

export interface Asked {
  readonly kind: 'asked'
  readonly client: string
  readonly id: string
  readonly mode: Mode
  readonly plan: Plan
  /** Its type is idempotent: it may run again. */
  readonly idempotent: boolean
  /** For a stream its longest silence. */
  readonly timeoutMs: number
  /** How many a stream has. */
  readonly chunks?: number
}

/** `run` is what the handler returned: the name of that one run. */
export type Settled = { readonly kind: 'settled'; readonly id: string } & (
  | { readonly ok: true; readonly run?: unknown }
  | {
      readonly ok: false
      readonly code: ErrorCode | 'no BackchatError'
      readonly stage: Stage
      readonly mayHaveExecuted: boolean
      readonly text: string
    }
)

export interface ChunkRead {
  readonly kind: 'chunk'
  readonly id: string
  readonly run: unknown
  readonly chunk: unknown
}

export interface Heard {
  readonly kind: 'heard'
  readonly client: string
  readonly session: string
  readonly push: string
}

export interface Gap {
  readonly kind: 'gap'
  readonly client: string
  readonly from: number
  readonly to: number
}

export interface Reset {
  readonly kind: 'reset'
  readonly client: string
}

/** How a client's connection stands, for people who read the history. */
export interface Connection {
  readonly kind: 'connection'
  readonly client: string
  readonly state: string
  readonly reason?: string
}

/** The end of a server process; `how` is what was done to it. Between the two times it goes. */
export interface Ending {
  readonly kind: 'ending'
  readonly server: number
  readonly how: 'kill' | 'restart'
}
export interface Ended {
  readonly kind: 'ended'
  readonly server: number
  /** Why it was not the end that was asked for. */
  readonly trouble?: string
}

/** The clients' process did not get to its timers for so long, up to now: it was asleep, and what is due then is late. */
export interface Slept {
  readonly kind: 'slept'
  readonly forMs: number
}

export interface Struck {
  readonly kind: 'struck'
  readonly fault: Fault
}

/** An error that the client or the server reported to nobody in particular. */
export interface Reported {
  readonly kind: 'reported'
  readonly by: string
  readonly code: string
  readonly text: string
}

/** A handler was called: written before anything else of it. */
export interface Started {
  readonly kind: 'started'
  readonly id: string
  readonly run: string
}
/** A handler is about to return. */
export interface Returning {
  readonly kind: 'returning'
  readonly run: string
}
/** A client's session is on this server. */
export interface Attached {
  readonly kind: 'attached'
  readonly session: string
  readonly client: string
}
/** Written before a push is handed to the manager, and when it has answered. */
export interface Pushing {
  readonly kind: 'pushing'
  readonly session: string
  readonly push: string
}
export interface Pushed {
  readonly kind: 'pushed'
  readonly push: string
  readonly appended: 'yes' | 'no' | 'maybe'
}

export type At<Fact> = Fact & {
  /** Milliseconds of the machine's monotonic clock, which all its processes share. */
  readonly atMs: number
}

export type ClientFact = At<
  Asked | Settled | ChunkRead | Heard | Gap | Reset | Connection | Ending | Ended | Slept | Struck | Reported
>
export type ServerFact = At<Started | Returning | Attached | Pushing | Pushed | Reported>

export interface History {
  readonly clients: Iterable<ClientFact>
  readonly server: Iterable<ServerFact>
}

export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}

/** What is going to happen in one simulated life of clients and a server: pure data, so that it can be printed, replayed and made smaller. */

import type { ClientFrame, Json, RequestMode, ServerFrame } from '@backchat/protocol'
import type { Direction } from '@backchat/testing'

export interface Scenario {
  readonly seed: number
  readonly clients: readonly ClientPlan[]
  readonly asks: readonly Ask[]
  readonly pushes: readonly PlannedPush[]
  readonly questions: readonly Question[]
  readonly faults: readonly PlannedFault[]
  readonly server: ServerPlan
  /** One or more servers that share a store. */
  readonly nodes: readonly NodePlan[]
  /** Until then there are faults; from then on none, and the first probes are asked. */
  readonly healAtMs: number
}

export interface ClientPlan {
  /** What is drawn for it is drawn under this name, which stays when others are left out. */
  readonly name: string
  readonly latencyMs: readonly [least: number, most: number]
  /** How long the token function takes; undefined: there is none. */
  readonly tokenMs: number | undefined
  /** How often the token function throws, and how often it never answers, while there are faults. */
  readonly tokenFails: number
  /** Most requests that wait for a link. */
  readonly queue: number
  /** How long after being abandoned a socket still tells what arrives. A shell promises 0; the machine must not depend on it. */
  readonly lingerMs: number
  /** Whether the application has a state synchronisation. */
  readonly init: boolean
  /** When it begins to listen to pushes. */
  readonly listenAfterMs: number
  /** Whether its application answers what servers ask. */
  readonly handles: boolean
  /** How long its tokens are good; undefined: for ever. */
  readonly tokenLastsMs?: number
  /** When its application closes it, if that is before the end. */
  readonly closeAtMs?: number
  /** It begins with what another one began with, as a duplicated page does. */
  readonly copy?: CopyPlan
}

/** A copy has the client id, the secret and the user of another one; its page and its memory are its own. */
export interface CopyPlan {
  /** The name of the other one. */
  readonly of: string
  readonly startAtMs: number
  /** How many dials more than those that it made itself it says it has made. */
  readonly attemptsAhead: number
}

/** What all nodes have in common. */
export interface ServerPlan {
  /** Whether each client's dials all reach the same node. */
  readonly sticky: boolean
  readonly authenticateMs: number
  /** The longest silence of a handler. */
  readonly handlerMs: number
  /** How long a session lives without a link. */
  readonly sessionTtlMs: number
  readonly heartbeatMs: number
  /** How long handlers may take to end when it is closed. */
  readonly drainMs: number
}

export interface NodePlan {
  /** What is drawn for it is drawn under this name. */
  readonly name: string
  /** Whether its next life is known to be the same node's: otherwise only the lease ends what the life before had. */
  readonly named: boolean
  /** How long the store takes for it; 0: it answers in the same turn. */
  readonly storeMs: number
  /** How long a hint of the store takes to reach it. */
  readonly hintMs: number
}

/** One request of an application, and what its handler will do. */
export interface Ask {
  /** Unique; travels as the content, so that every answer can be traced. */
  readonly id: string
  readonly client: number
  readonly atMs: number
  readonly mode: RequestMode
  readonly type: AskType
  readonly timeoutMs: number
  /** When the caller gives up or its reader leaves, after asking. */
  readonly change?: { readonly what: 'abandon' | 'leave'; readonly afterMs: number }
  /** How long the reader of a stream takes for each chunk. */
  readonly readerMs: number
  readonly handler: HandlerPlan
}

/** `twice` and `init` are registered as idempotent; `nobody` has no handler. */
export type AskType = 'text' | 'twice' | 'nobody' | 'init'

/** The state synchronisation that a client asks for in a new session. */
export function initAsk(client: number, count: number): Ask {
  const handler: HandlerPlan = {
    refusals: 0,
    gateMs: 0,
    workMs: 5,
    chunks: 0,
    chunkMs: 0,
    end: 'return',
    obeys: true,
    bytes: 100,
  }
  return {
    id: `${client}.init${count}`,
    client,
    atMs: 0,
    mode: 'request',
    type: 'init',
    timeoutMs: 30_000,
    readerMs: 0,
    handler,
  }
}

/** What is asked of every client once all faults are over. */
export function probeAsk(client: number, atMs: number): Ask {
  return { ...initAsk(client, 0), id: `${client}.probe`, atMs, type: 'text', timeoutMs: 60_000 }
}

export interface HandlerPlan {
  /** How often it is refused for now before it may run. */
  readonly refusals: number
  /** Validation and middleware, before the handler is called. */
  readonly gateMs: number
  /** From the call to the first chunk, and from the last one to the end. */
  readonly workMs: number
  readonly chunks: number
  /** Between two chunks. */
  readonly chunkMs: number
  readonly end: 'return' | 'throw'
  /** Whether it stops when its signal fires. */
  readonly obeys: boolean
  /** Size that its reply and chunks claim to have. */
  readonly bytes: number
}

export interface PlannedPush {
  readonly id: string
  readonly atMs: number
  /** Undefined: to all. */
  readonly client: number | undefined
  /** Size that it claims to have. */
  readonly bytes: number
}

/** What the application of a server asks of a client, and what the client's handler will do. */
export interface Question {
  /** Unique; travels as the content. */
  readonly id: string
  readonly client: number
  readonly atMs: number
  readonly timeoutMs: number
  /** When the caller gives up, after asking. */
  readonly abandonAfterMs?: number
  readonly workMs: number
  readonly end: 'return' | 'throw'
}

/** What every client is asked once all faults are over. */
export function probeQuestion(client: number, atMs: number): Question {
  return { id: `${client}.question`, client, atMs, timeoutMs: 60_000, workMs: 5, end: 'return' }
}

export interface PlannedFault {
  readonly atMs: number
  readonly fault: Fault
}

/** What goes wrong. Those with a client concern its way to the servers alone, those with a node that node alone. */
export type Fault =
  /** Each side learns of it after so long; null: not before all is healed. */
  | {
      readonly kind: 'cut'
      readonly client: number
      readonly clientAfterMs: number | null
      readonly serverAfterMs: number | null
    }
  /** The link goes exactly before the next frame of that kind. */
  | {
      readonly kind: 'cutBefore'
      readonly client: number
      readonly frame: FrameKind
      readonly side: 'client' | 'server' | 'both'
    }
  | {
      readonly kind: 'hole' | 'stall'
      readonly client: number
      readonly direction: Direction | 'both'
      readonly forMs: number
    }
  | {
      readonly kind: 'delay'
      readonly client: number
      readonly direction: Direction | 'both'
      readonly delayMs: number
    }
  | { readonly kind: 'refuse' | 'silence'; readonly client: number; readonly forMs: number }
  /**
   * The client's machine hears nothing and is not woken. Afterwards the platform says so (`told`), or not (`untold`); or its
   * monotonic clock stood still meanwhile, and the platform says that it slept, or a timer fires that counted on (`hidden`).
   */
  | {
      readonly kind: 'sleep'
      readonly client: number
      readonly forMs: number
      readonly wakes: 'told' | 'untold' | 'hidden'
    }
  /** Somebody sets the client's wall clock. */
  | { readonly kind: 'clock'; readonly client: number; readonly byMs: number }
  | { readonly kind: 'sign'; readonly client: number; readonly sign: 'online' | 'offline' | 'visible' | 'hidden' }
  /** The application asks for a new dial with new credentials. */
  | { readonly kind: 'reauthenticate'; readonly client: number }
  /** The server takes no token of this client. */
  | { readonly kind: 'lockout'; readonly client: number; readonly forMs: number }
  /**
   * A server's process ends and comes back. `killed`: its sockets end with it; `silent`: nobody ends them before it
   * is back; `closed`: in an orderly manner. A store that is `kept` is one on a disk, or on another machine.
   */
  | {
      readonly kind: 'restart'
      readonly node: number
      readonly downMs: number
      readonly how: 'killed' | 'silent' | 'closed'
      readonly store: 'lost' | 'kept'
    }
  /** The node's process is stopped: nothing is handled and no timer fires, then all of it does. */
  | { readonly kind: 'pause'; readonly node: number; readonly forMs: number }
  /** The node has more to do than it can: whatever happens to it waits for its turn for a while, again and again. */
  | { readonly kind: 'busy'; readonly node: number; readonly forMs: number }
  /** The store is out of the node's reach; what it was asked, it does or does not. */
  | { readonly kind: 'store'; readonly node: number; readonly forMs: number; readonly carriesOut: boolean }
  /** The store takes that much longer for the node. */
  | { readonly kind: 'slow'; readonly node: number; readonly forMs: number; readonly delayMs: number }
  /** No hint of the store reaches the node. */
  | { readonly kind: 'deaf'; readonly node: number; readonly forMs: number }
  /** The store has forgotten everything, while servers go on. */
  | { readonly kind: 'amnesia' }
  /** The store is again what it was so long ago, while servers go on: what it acknowledged since is gone. */
  | { readonly kind: 'rollback'; readonly byMs: number }

export type FrameKind = (ClientFrame<Json> | ServerFrame<Json>)['kind']

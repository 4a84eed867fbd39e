/** What can be seen of a simulated life from outside: the trace is made of it, and every promise is judged by it. */

import type { ClientFrame, Json, JsonValue, ServerFrame, WireError } from '@backchat/protocol'
import type { AskOutcome, Failure, MachineStatus, Outcome } from './machines.js'
import type { Ask, Fault, Question } from './scenario.js'

export type Fact =
  | ClientFact
  | ServerFact
  /** Something of the scenario goes wrong. */
  | { readonly fact: 'faulted'; readonly fault: Fault }
  /** The store has forgotten everything. */
  | { readonly fact: 'store lost' }
  /** The store is again what it was at that time. */
  | { readonly fact: 'store rolled back'; readonly to: number }
  /** All faults are over; what is wanted must succeed from here on. */
  | { readonly fact: 'healed' }
  /** Everything has settled, and there was time for what is still owed to arrive. */
  | { readonly fact: 'settled up' }

/** What the application of a client sees, and what its shell hands over and takes. */
export type ClientFact = { readonly client: number } & (
  | { readonly fact: 'asked'; readonly ask: Ask }
  | { readonly fact: 'gave up' | 'left'; readonly ask: Ask }
  | { readonly fact: 'settled'; readonly ask: Ask; readonly outcome: Outcome }
  | { readonly fact: 'chunk'; readonly ask: Ask; readonly content: JsonValue }
  /** The reader of a stream took all chunks below `next`. */
  | { readonly fact: 'took'; readonly ask: Ask; readonly next: number }
  | { readonly fact: 'delivered'; readonly content: JsonValue; readonly session: string }
  /** The handler of what a server asks is called, and returned. Runs are numbered over all clients. */
  | { readonly fact: 'question ran' | 'question returned'; readonly run: number; readonly question: string }
  | { readonly fact: 'gap'; readonly from: number; readonly to: number }
  | { readonly fact: 'reset'; readonly reason: string }
  | { readonly fact: 'status'; readonly status: MachineStatus }
  | { readonly fact: 'reported'; readonly failure: Failure }
  | { readonly fact: 'dialled' | 'opened' | 'lost' | 'abandoned'; readonly link: number }
  | { readonly fact: 'sent'; readonly link: number; readonly frame: ClientFrame<Json> }
  /** Before the machine is told. */
  | { readonly fact: 'heard'; readonly link: number; readonly frame: ServerFrame<JsonValue> }
  /** The machine's time has come, and it is about to be told. */
  | { readonly fact: 'due' }
  /** `hidden`: its monotonic clock stood still meanwhile. */
  | { readonly fact: 'woke'; readonly hidden: boolean }
  | { readonly fact: 'slept' | 'listened' | 'reauthenticated' | 'closed' }
  /** The platform says something, or the token function answers. */
  | { readonly fact: 'noticed'; readonly sign: string }
  | { readonly fact: 'fetched'; readonly ok: boolean }
)

/** What the application of a server sees, and what its shell hands over and takes. `node` numbers lives of nodes. */
export type ServerFact = { readonly node: number } & (
  | { readonly fact: 'up'; readonly place: number }
  /** Its process is stopped, and goes on. */
  | { readonly fact: 'paused' | 'resumed' }
  /** The store took note that it lives. */
  | { readonly fact: 'renewed' }
  /** It begins under another name, and gives up its former one: its lease had run out. */
  | { readonly fact: 'renamed'; readonly former: string }
  /** It is being closed by its application. */
  | { readonly fact: 'closing' }
  /** Its process is gone; `running` handlers die with it. */
  | { readonly fact: 'down'; readonly running: number }
  /** The journal knows that a request was started, and under which name of the server; or how it ended. */
  | { readonly fact: 'begun' | 'finished'; readonly session: string; readonly n: number; readonly owner: string }
  /** The store has a session for a client. */
  | { readonly fact: 'greeted'; readonly session: string }
  /** The store has forgotten a session. */
  | { readonly fact: 'forgotten'; readonly session: string }
  /** The store was out of reach. */
  | { readonly fact: 'store failed' }
  | {
      readonly fact: 'attached'
      readonly link: number
      readonly session: string
      readonly client: number
      readonly resumed: boolean
    }
  | { readonly fact: 'detached'; readonly link: number; readonly session: string }
  | { readonly fact: 'ended'; readonly session: string }
  /** The handler is called. Runs are numbered over all lives of all nodes. */
  | {
      readonly fact: 'ran'
      readonly run: number
      readonly ask: Ask
      readonly session: string
      readonly link: number
      /** The name under which it was started. */
      readonly owner: string
    }
  | { readonly fact: 'yielded'; readonly run: number; readonly chunk: number }
  | { readonly fact: 'returned' | 'aborted'; readonly run: number }
  | { readonly fact: 'threw'; readonly run: number; readonly error: WireError }
  | { readonly fact: 'answered'; readonly link: number; readonly client: number; readonly frame: ServerFrame<Json> }
  /** Its application asks a client, does not want the answer any more, and has it. */
  | { readonly fact: 'questioned'; readonly question: Question; readonly session: string }
  | { readonly fact: 'question given up'; readonly question: string }
  | { readonly fact: 'question settled'; readonly question: Question; readonly outcome: AskOutcome }
  | {
      readonly fact: 'appended'
      readonly session: string
      readonly push: number
      /** Whether listeners get it: questions and withdrawals have numbers of their own, too. */
      readonly isPush: boolean
      readonly id: string
      readonly bytes: number
    }
  | { readonly fact: 'complained'; readonly error: WireError }
)

export type FactName = Fact['fact']

/** The fact with that name. */
export type FactNamed<Name extends FactName, F = Fact> = F extends { readonly fact: infer Names }
  ? Name extends Names
    ? F
    : never
  : never

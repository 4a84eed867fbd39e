/** What is simulated: the real machines and the real store. */

export { ClientMachine } from '../../packages/client/src/machine/client-machine.js'
export type {
  Effect as ClientEffect,
  Fault as Failure,
  MachineStatus,
  Outcome,
} from '../../packages/client/src/machine/effects.js'
export type { Input as ClientInput } from '../../packages/client/src/machine/inputs.js'
export type { AskOutcome, Effect as ServerEffect, Run } from '../../packages/server/src/machine/effects.js'
export type { Input as ServerInput } from '../../packages/server/src/machine/inputs.js'
export { isSpent, less, oneChunk, type Portion } from '../../packages/server/src/machine/portion.js'
export { ServerMachine } from '../../packages/server/src/machine/server-machine.js'
export { memoryStore } from '../../packages/server/src/memory-store.js'
export type { Operation, Result } from '../../packages/server/src/store/operations.js'

/** What both machines are to a shell. */
export interface Machine<Input, Effect> {
  handle(input: Input, now: number): readonly Effect[]
  /** The same for all that a tick brought, for one that takes it together. */
  handleAll?(inputs: readonly Input[], now: number): readonly Effect[]
  wakeAt(): number
}

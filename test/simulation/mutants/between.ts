/** Ways to stand between a machine, or a store, and the world. */

import type { ClientEffect, ClientInput, Machine, Operation, Result, ServerEffect, ServerInput } from '../machines.js'
import type { BatchStore } from '../store-line.js'
import type { Mutation } from '../world.js'

/** Changes what a client's machine wants done. `memory` is made anew for each client. */
export function clientEffects<Memory>(
  memory: () => Memory,
  change: (effect: ClientEffect, memory: Memory) => readonly ClientEffect[],
): Mutation {
  return { client: (machine) => effectsOf(machine, memory(), change) }
}

/** Changes what a client's machine is told. */
export function clientInputs<Memory>(
  memory: () => Memory,
  change: (input: ClientInput, memory: Memory) => ClientInput,
): Mutation {
  return {
    client: (machine) => {
      const own = memory()
      return { handle: (input, now) => machine.handle(change(input, own), now), wakeAt: () => machine.wakeAt() }
    },
  }
}

/** Changes what a server's machine wants done. `memory` is made anew for each life of the server. */
export function serverEffects<Memory>(
  memory: () => Memory,
  change: (effect: ServerEffect, memory: Memory) => readonly ServerEffect[],
): Mutation {
  return { server: (machine) => effectsOf(machine, memory(), change) }
}

/** Has the store carry out and answer something else. */
export function storeOperations(
  change: (operation: Operation, carryOut: (o: Operation) => Result) => Result,
): Mutation {
  return {
    store: (store) => ({
      apply: (operations) => operations.map((each) => change(each, (o) => one(store, o))),
      listen: (hinted) => store.listen(hinted),
    }),
  }
}

/** Wakes clients at another time than they ask for. */
export function clientWakes(change: (at: number) => number): Mutation {
  return {
    client: (machine) => ({
      handle: (input: ClientInput, now: number) => machine.handle(input, now),
      wakeAt: () => change(machine.wakeAt()),
    }),
  }
}

function effectsOf<Input extends ClientInput | ServerInput, Effect, Memory>(
  machine: Machine<Input, Effect>,
  memory: Memory,
  change: (effect: Effect, memory: Memory) => readonly Effect[],
): Machine<Input, Effect> {
  return {
    handle: (input, now) => machine.handle(input, now).flatMap((effect) => change(effect, memory)),
    wakeAt: () => machine.wakeAt(),
  }
}

function one(store: BatchStore, operation: Operation): Result {
  const [result] = store.apply([operation])
  if (!result) throw new Error(`the store gave no result for ${operation.op}`)
  return result
}

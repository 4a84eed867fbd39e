/** Ways to stand between a machine, or a store, and the world. Each takes `memory` as made anew for each of them. */

import type { ClientFrame, Json, ServerFrame } from '@backchat/protocol'
import type { ClientEffect, ClientInput, Machine, Operation, Result, ServerEffect, ServerInput } from '../machines.js'
import type { BatchStore } from '../store-line.js'
import type { Mutation } from '../world.js'

type ClientFrameOf<Kind> = Extract<ClientFrame<Json>, { readonly kind: Kind }>
type ServerFrameOf<Kind> = Extract<ServerFrame<Json>, { readonly kind: Kind }>

/** For those that need none. */
export const nothing = () => undefined

/** What was sent or done once, by number. */
export const numbers = () => new Set<number>()

// ---- clients ----

/** Changes what a client's machine wants done. */
export function clientEffects<Memory>(
  memory: () => Memory,
  change: (effect: ClientEffect, memory: Memory) => readonly ClientEffect[],
): Mutation {
  return { client: (machine) => effectsOf(machine, memory(), change) }
}

/** Changes the frames of one kind that a client sends, or drops them. */
export function clientFrames<Kind extends ClientFrame<Json>['kind'], Memory>(
  kind: Kind,
  memory: () => Memory,
  change: (frame: ClientFrameOf<Kind>, memory: Memory) => ClientFrame<Json> | undefined,
): Mutation {
  const isOfKind = (frame: ClientFrame<Json>): frame is ClientFrameOf<Kind> => frame.kind === kind
  return clientEffects(memory, (effect, own) => {
    if (effect.kind !== 'transmit' || !isOfKind(effect.frame)) return [effect]
    const frame = change(effect.frame, own)
    return frame ? [{ ...effect, frame }] : []
  })
}

/** Changes what a client's machine is told, or keeps it from it. */
export function clientInputs<Memory>(
  memory: () => Memory,
  change: (input: ClientInput, memory: Memory) => ClientInput | undefined,
): Mutation {
  return { client: (machine) => inputsOf(machine, memory(), change) }
}

/** Wakes clients at another time than they ask for. */
export function clientWakes(change: (at: number) => number): Mutation {
  return {
    client: (machine) => ({
      handle: (input, now) => machine.handle(input, now),
      wakeAt: () => change(machine.wakeAt()),
    }),
  }
}

// ---- servers: each life of one is another ----

/** Changes what a server's machine wants done. */
export function serverEffects<Memory>(
  memory: () => Memory,
  change: (effect: ServerEffect, memory: Memory) => readonly ServerEffect[],
): Mutation {
  return { server: (machine) => effectsOf(machine, memory(), change) }
}

/** Changes the frames of one kind that a server sends, or drops them. */
export function serverFrames<Kind extends ServerFrame<Json>['kind']>(
  kind: Kind,
  change: (frame: ServerFrameOf<Kind>) => ServerFrame<Json> | undefined,
): Mutation {
  const isOfKind = (frame: ServerFrame<Json>): frame is ServerFrameOf<Kind> => frame.kind === kind
  return serverEffects(nothing, (effect) => {
    if (effect.kind !== 'transmit' || !isOfKind(effect.frame)) return [effect]
    const frame = change(effect.frame)
    return frame ? [{ ...effect, frame }] : []
  })
}

/** Changes what a server's machine is told, or keeps it from it. */
export function serverInputs<Memory>(
  memory: () => Memory,
  change: (input: ServerInput, memory: Memory) => ServerInput | undefined,
): Mutation {
  return { server: (machine) => inputsOf(machine, memory(), change) }
}

// ---- stores: one that is lost is followed by another ----

/** Has the store carry out and answer something else. */
export function storeOperations<Memory>(
  memory: () => Memory,
  change: (operation: Operation, carryOut: (o: Operation) => Result, memory: Memory) => Result,
): Mutation {
  return {
    store: (store) => {
      const own = memory()
      return {
        apply: (operations) => operations.map((each) => change(each, (o) => one(store, o), own)),
        listen: (hinted) => store.listen(hinted),
      }
    },
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

function inputsOf<Input extends ClientInput | ServerInput, Effect, Memory>(
  machine: Machine<Input, Effect>,
  memory: Memory,
  change: (input: Input, memory: Memory) => Input | undefined,
): Machine<Input, Effect> {
  return {
    handle: (input, now) => {
      const changed = change(input, memory)
      return changed ? machine.handle(changed, now) : []
    },
    wakeAt: () => machine.wakeAt(),
  }
}

function one(store: BatchStore, operation: Operation): Result {
  const [result] = store.apply([operation])
  if (!result) throw new Error(`the store gave no result for ${operation.op}`)
  return result
}

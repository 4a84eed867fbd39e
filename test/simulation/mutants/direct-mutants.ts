/** Bugs that the simulator cannot see, each with the test that finds it. */

import type { Operation } from '../machines.js'
import { clientFrames, clientInputs, nothing, numbers, storeOperations } from './between.js'
import type { Mutant } from './mutant.js'
import * as scenes from './scenes.js'
import { writtenIsDone } from './written-is-done.js'

export interface DirectMutant extends Mutant {
  readonly scene: scenes.Scene
  /** Why no simulated life is broken by it. */
  readonly hidden: string
}

const oneNode = 'it takes two nodes that live at the same time'

export const directMutants: Readonly<Record<string, DirectMutant>> = {
  'a node goes on when its lease is gone': {
    kind: 'a lease that is never lost',
    scene: scenes.lostLease,
    hidden: oneNode,
    ...storeOperations(
      () => new Map<string, number>(),
      (operation, carryOut, last) => {
        const result = carryOut(operation)
        if (operation.op !== 'renew' || result.op !== 'renew') return result
        if (result.status === 'gone')
          return { op: 'renew', status: 'ok', last: last.get(operation.owner) ?? 0, notes: [], over: [] }
        last.set(operation.owner, result.last)
        return result
      },
    ),
  },

  'whoever ran it may finish it': {
    kind: 'an ended owner that may still finish',
    scene: scenes.lateFinish,
    hidden: oneNode,
    ...storeOperations(
      // Who started it last.
      () => new Map<string, string>(),
      (operation, carryOut, owners) => {
        const result = carryOut(asOwner(operation, owners))
        if (operation.op === 'begin' && result.op === 'begin' && result.status === 'new')
          owners.set(`${operation.n} ${operation.fence.session}`, operation.owner)
        return result
      },
    ),
  },

  'a note counts as seen when the one before it was': {
    kind: 'notes forgotten before they were seen',
    scene: scenes.noteToAnotherNode,
    hidden: oneNode,
    ...storeOperations(nothing, (operation, carryOut) =>
      carryOut(operation.op === 'renew' ? { ...operation, seen: operation.seen + 1 } : operation),
    ),
  },

  'a start in doubt is never taken back': {
    kind: 'a start in doubt never taken back',
    scene: scenes.startInDoubt,
    hidden:
      'the node that is in doubt takes its own start up again when it is asked again; only another node would wait for it',
    ...storeOperations(nothing, (operation, carryOut) =>
      operation.op === 'forget' ? { op: 'forget', status: 'ok' } : carryOut(operation),
    ),
  },

  'an answer to the server is sent once': {
    kind: "an ask's answer forgotten before it was confirmed",
    scene: scenes.answerAgain,
    hidden: 'no simulated server asks its clients',
    ...clientFrames('answer', numbers, (frame, sent) => {
      if (sent.has(frame.push)) return undefined
      sent.add(frame.push)
      return frame
    }),
  },

  'a drain counts nothing as taken': {
    kind: 'a drain that does not count what was taken',
    scene: scenes.drainedReply,
    hidden:
      'the journal keeps what is sent again from running twice, and an orderly end may leave unknowns when its time is over',
    ...clientInputs(nothing, (input) =>
      input.kind === 'received' && input.frame.kind === 'drain'
        ? { ...input, frame: { ...input.frame, taken: 0 } }
        : input,
    ),
  },

  'a send counts as done when it was written': {
    kind: 'written is taken for delivered',
    scene: scenes.sendIsRecorded,
    hidden: 'no promise speaks of sends that nobody recorded',
    ...writtenIsDone,
  },
}

/** The same, in the name of whom the journal believes. */
function asOwner(operation: Operation, owners: ReadonlyMap<string, string>): Operation {
  if (operation.op !== 'finish') return operation
  const { run } = operation
  return { ...operation, run: { ...run, owner: owners.get(`${run.n} ${run.session}`) ?? run.owner } }
}

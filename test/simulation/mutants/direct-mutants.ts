/** Bugs that the simulator cannot see, each with the test that finds it. */

import type { Operation } from '../machines.js'
import { clientFrames, clientInputs, nothing, storeOperations } from './between.js'
import type { Mutant } from './mutant.js'
import * as scenes from './scenes.js'
import { writtenIsDone } from './written-is-done.js'

export interface DirectMutant extends Mutant {
  readonly scene: scenes.Scene
  /** Why no simulated life is broken by it. */
  readonly hidden: string
}

export const directMutants: Readonly<Record<string, DirectMutant>> = {
  'whoever ran it may write to it': {
    kind: 'an ended owner that may still finish',
    scene: scenes.lateFinish,
    hidden:
      'what an ended owner still brings is a true result all the same, and it looks at its lease before almost everything',
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

  'what a reader took is told once': {
    kind: 'credit not told again after resume',
    scene: scenes.creditAgain,
    hidden: 'it takes a full window of chunks whose confirmations are all lost with one link',
    ...clientFrames(
      'ack',
      () => new Map<number, number>(),
      ({ chunks = [], ...frame }, told) => {
        const news = chunks.filter(([n, next]) => next > (told.get(n) ?? 0))
        for (const [n, next] of news) told.set(n, next)
        return { ...frame, chunks: news }
      },
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
  if (operation.op !== 'finish' && operation.op !== 'chunks') return operation
  const { run } = operation
  return { ...operation, run: { ...run, owner: owners.get(`${run.n} ${run.session}`) ?? run.owner } }
}

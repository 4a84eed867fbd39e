import { expect, test } from 'vitest'
import { Stages } from './stages.js'

test('a trace has the stages that were reached, in order, and each time that the handler was called', () => {
  const stages = new Stages(1)
  expect(stages.trace).toEqual([{ stage: 'received', atMs: 1 }])
  for (const atMs of [2, 3, 4]) stages.started(atMs)
  stages.replied(5)
  expect(stages.trace).toEqual([
    { stage: 'received', atMs: 1 },
    { stage: 'started', atMs: 2 },
    { stage: 'started', atMs: 3 },
    { stage: 'started', atMs: 4 },
    { stage: 'replied', atMs: 5 },
  ])
})

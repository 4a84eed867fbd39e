import { expect, test } from 'vitest'
import { failed } from './ending.js'
import { overloaded } from './faults.js'
import { Flow } from './flow.js'
import type { Run, RunState } from './run-table.js'
import { whereabouts } from './whereabouts.js'

const run = (state: RunState): Run => ({
  id: 1,
  fence: { session: 's', epoch: 'e', n: 1, owner: 'o' },
  mode: 'request',
  timeoutMs: 60_000,
  reportAfterMs: 250,
  silentAt: 0,
  reportAt: 0,
  flow: new Flow(),
  again: false,
  state,
  reported: false,
  reportedChunks: 0,
  signalled: false,
  wanted: true,
})

test('a run waits for what its step says, and is given so much time', () => {
  const sized = failed(overloaded)
  const steps: readonly (readonly [RunState, string])[] = [
    [{ step: 'starting' }, 'shell'],
    [{ step: 'running' }, 'handler'],
    [{ step: 'held' }, 'reader'],
    [{ step: 'ending' }, 'store'],
    [{ step: 'unrecorded', sized }, 'store'],
    [{ step: 'refused' }, 'store'],
  ]
  for (const [state, waitsFor] of steps)
    expect(whereabouts(run(state), true, true)).toMatchObject({ waitsFor, run: { id: 1, timeoutMs: 60_000 } })
})

test('without a run it waits for the store, for another server, or for nothing here', () => {
  expect(whereabouts(undefined, true, false)).toEqual({ waitsFor: 'store' })
  expect(whereabouts(undefined, false, true)).toEqual({ waitsFor: 'server' })
  expect(whereabouts(undefined, false, false)).toEqual({ waitsFor: undefined })
})

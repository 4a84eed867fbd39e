import { expect, test } from 'vitest'
import { Flow } from './flow.js'
import type { Run } from './run-table.js'
import { Watch } from './watch.js'

const run: Run = {
  id: 7,
  fence: { session: 's', epoch: 'e', n: 1, owner: 'me' },
  mode: 'request',
  timeoutMs: 5_000,
  reportAfterMs: 250,
  flow: new Flow(),
  again: false,
  state: { step: 'running' },
  reported: false,
  reportedChunks: 0,
  signalled: false,
  wanted: true,
}

/** A run that is listened to, and reported after a while. */
const watched = () => {
  const watch = new Watch()
  watch.listen(run, 0)
  watch.reportLater(run, 0)
  return watch
}

test('a run is due once for its report, and once when it has been silent for too long', () => {
  const watch = watched()
  expect([watch.wakeAt(), watch.dueReports(249), watch.dueReports(250)]).toEqual([250, [], [7]])
  expect([watch.wakeAt(), watch.silent(4_999), watch.silent(5_000)]).toEqual([5_000, [], [7]])
  expect(watch.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('a run that is waited for by nobody is not reported, and one that is forgotten wakes nobody', () => {
  const watch = watched()
  watch.unreported(run)
  expect(watch.wakeAt()).toBe(5_000)
  watch.reported(run, 0)
  watch.forget(run)
  expect(watch.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

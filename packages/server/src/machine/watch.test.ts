import { expect, test } from 'vitest'
import { Flow } from './flow.js'
import { type Run, RunTable } from './run-table.js'
import { Watch } from './watch.js'

const running = (id: number): Run => ({
  id,
  fence: { session: 's', epoch: 'e', n: id, owner: 'me' },
  mode: 'request',
  timeoutMs: 5_000,
  reportAfterMs: 250,
  silentAt: Number.POSITIVE_INFINITY,
  reportAt: Number.POSITIVE_INFINITY,
  flow: new Flow(),
  again: false,
  state: { step: 'running' },
  reported: false,
  reportedChunks: 0,
  signalled: false,
  wanted: true,
})

/** Runs that are listened to, and reported after a while. */
const watched = (...ids: readonly number[]) => {
  const table = new RunTable()
  const watch = new Watch(table)
  const runs = ids.map(running)
  for (const run of runs) {
    table.add(run)
    watch.listen(run, 0)
    watch.reportLater(run, 0)
  }
  const end = (run: Run) => {
    watch.forget(run)
    table.remove(run)
  }
  return { watch, table, runs, end }
}

test('a run is due once for its report, and once when it has been silent for too long', () => {
  const { watch, runs } = watched(1)
  expect([watch.wakeAt(), watch.due(249), watch.due(250)]).toEqual([250, [], [1]])
  for (const run of runs) watch.unreported(run)
  expect([watch.wakeAt(), watch.due(4_999), watch.due(5_000)]).toEqual([5_000, [], [1]])
  for (const run of runs) watch.forget(run)
  expect(watch.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('a run that is still there when the first look comes is due at its own time from then on', () => {
  const { watch, runs } = watched(1, 2, 3)
  const [first, second, third] = runs
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are three.')
  watch.reportLater(second, 100)
  watch.unreported(third)
  expect(watch.due(250)).toEqual([1])
  watch.reported(first, 250)
  expect([watch.wakeAt(), watch.due(349), watch.due(350)]).toEqual([350, [], [2]])
  watch.pause(second)
  watch.unreported(second)
  expect(watch.wakeAt()).toBe(5_000)
  watch.listen(third, 1_000)
  expect([watch.wakeAt(), watch.due(5_000)]).toEqual([5_000, [1]])
  expect(watch.due(6_000)).toEqual([3])
})

test('a run that has ended is never due, and where nothing runs nobody is woken', () => {
  const { watch, runs, end } = watched(1, 2)
  for (const run of runs) end(run)
  expect(watch.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  expect(watch.due(60_000)).toEqual([])
})

test('a run that says something is due no less for a newer one', () => {
  const { watch, runs } = watched(1, 2)
  for (const run of runs.slice(0, 1)) watch.listen(run, 0)
  expect(watch.due(250)).toEqual([1, 2])
})

test('a run that comes when all others have ended is due at its own time', () => {
  const { watch, table, runs, end } = watched(1)
  for (const run of runs) end(run)
  const next = running(2)
  table.add(next)
  watch.listen(next, 400)
  watch.reportLater(next, 400)
  expect([watch.wakeAt(), watch.due(650)]).toEqual([650, [2]])
})

test('what is said of a run that has gone delays nobody who is there', () => {
  const { watch } = watched(1)
  watch.listen(running(2), 100)
  expect([watch.wakeAt(), watch.due(250)]).toEqual([250, [1]])
})

test('however many came since, no more than a thousand are looked through at once', () => {
  let looks = 0
  const get = () => {
    looks += 1
    return undefined
  }
  const watch = new Watch({ size: 2, get })
  const mostAtOnce = [1_000, 1_000, 1_000].map((each, part) => {
    looks = 0
    for (let id = 1; id <= each; id++) watch.listen(running(part * each + id), 0)
    return looks
  })
  looks = 0
  watch.due(5_000)
  expect(looks).toBeLessThanOrEqual(1_024)
  expect(mostAtOnce).toEqual([0, 1_024, 1_024])
})

test('however many came and went, a run that is still there is due at its time', () => {
  const { watch, runs, end } = watched(...Array.from({ length: 3_000 }, (_, index) => index + 1))
  for (const run of runs) if (run.id !== 7 && run.id !== 2_999) end(run)
  expect([watch.wakeAt(), watch.due(249), watch.due(250)]).toEqual([250, [], [7, 2_999]])
})

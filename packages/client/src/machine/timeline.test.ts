import { expect, test } from 'vitest'
import { type Reading, Timeline } from './timeline.js'

const hour = 3_600_000

/** A timeline that was read once, when both clocks said 1,000. */
const begun = () => {
  const timeline = new Timeline()
  const read = (reading: Partial<Reading>) =>
    timeline.read({ monotonic: 1_000, wall: 1_000, dueAt: Number.POSITIVE_INFINITY, woke: false, ...reading })
  read({})
  return { timeline, read }
}

test('time is what the monotonic clock says', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 2_000, wall: 2_000 })).toBe('awake')
  expect(timeline.at(2_000)).toBe(2_000)
})

test('of the first reading nothing can be told', () => {
  const timeline = new Timeline()
  expect(timeline.read({ monotonic: 5, wall: hour, dueAt: Number.POSITIVE_INFINITY, woke: false })).toBe('awake')
})

test('a clock that is adjusted by a second is a jump', () => {
  const { read } = begun()
  expect(read({ monotonic: 2_000, wall: 3_000 })).toBe('jumped')
})

test('a clock that is adjusted by less than a second is no jump', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 2_000, wall: 2_999 })).toBe('awake')
  expect(read({ monotonic: 3_000, wall: 3_000 })).toBe('awake')
  expect(timeline.at(3_000)).toBe(3_000)
})

test.for([hour, -hour])('a bare jump of the wall clock by %i ms is noticed, and moves nothing', (jump) => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 2_000, wall: 2_000 + jump })).toBe('jumped')
  expect(timeline.at(2_000)).toBe(2_000)
})

test('a turn that comes more than 5 s late is a sleep, and what the wall clock shows beyond that is believed', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 7_000, wall: 7_000 + hour, dueAt: 2_000 })).toBe('jumped')
  expect(read({ monotonic: 14_001, wall: 14_001 + 2 * hour, dueAt: 9_000 })).toBe('slept')
  expect(timeline.at(14_001)).toBe(14_001 + hour)
})

test('a timer that fires before its time has gone on while the monotonic clock stood still', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 1_100, wall: 1_100 + hour, timerAt: 6_000 })).toBe('slept')
  expect(timeline.at(1_100)).toBe(1_100 + hour)
})

test('a timer that fires in time, or a rounding before it, is no witness', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 6_000, wall: 6_000 + hour, timerAt: 6_000 })).toBe('jumped')
  expect(read({ monotonic: 6_999, wall: 6_999 + 2 * hour, timerAt: 7_000 })).toBe('jumped')
  expect(timeline.at(7_000)).toBe(7_000)
})

test('what the platform calls waking is believed', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 1_100, wall: 1_100 + hour, woke: true })).toBe('slept')
  expect(timeline.at(1_100)).toBe(1_100 + hour)
})

test('a wall clock that was set back moves nothing, slept or not', () => {
  const { timeline, read } = begun()
  expect(read({ monotonic: 60_000, wall: 60_000 - hour, dueAt: 2_000 })).toBe('slept')
  expect(read({ monotonic: 61_000, wall: 61_000 - 2 * hour, woke: true })).toBe('jumped')
  expect(timeline.at(61_000)).toBe(61_000)
})

test('a jump that was not believed is not believed later', () => {
  const { timeline, read } = begun()
  read({ monotonic: 2_000, wall: 2_000 + hour })
  expect(read({ monotonic: 60_000, wall: 60_000 + hour, dueAt: 3_000 })).toBe('slept')
  expect(timeline.at(60_000)).toBe(60_000)
})

test('sleeps add up, and what was planned in between is due that much earlier', () => {
  const { timeline, read } = begun()
  read({ monotonic: 1_100, wall: 1_100 + hour, woke: true })
  read({ monotonic: 1_200, wall: 1_200 + 2 * hour, woke: true })
  expect(timeline.at(1_200)).toBe(1_200 + 2 * hour)
  expect(timeline.monotonic(5_000 + 2 * hour)).toBe(5_000)
})

test('a turn is never due before its time, however fractions are rounded', () => {
  const { timeline, read } = begun()
  // Of this sleep a part of the sums lies halfway between two numbers.
  read({ monotonic: 1_100, wall: 2_490.600_000_000_000_4, woke: true })
  for (let tenth = 1; tenth <= 10_000; tenth++) {
    const at = 18_000 + tenth / 10
    expect(timeline.at(timeline.monotonic(at))).toBeGreaterThanOrEqual(at)
    expect(timeline.at(timeline.monotonic(at))).toBeLessThan(at + 0.001)
  }
})

import { expect, test } from 'vitest'
import { Heartbeat } from './heartbeat.js'

const started = (heartbeatMs = 30_000) => {
  const heartbeat = new Heartbeat()
  heartbeat.start(heartbeatMs, 0)
  return heartbeat
}

test('an idle link is pinged after the heartbeat of silence', () => {
  const heartbeat = started()
  expect(heartbeat.check(29_999)).toBe('fine')
  expect(heartbeat.wakeAt()).toBe(30_000)
  expect(heartbeat.check(30_000)).toBe('ping')
})

test('before a link is current nobody is pinged, whatever is heard', () => {
  const heartbeat = new Heartbeat()
  heartbeat.heard(10)
  expect(heartbeat.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('any frame puts the ping off', () => {
  const heartbeat = started()
  heartbeat.heard(20_000)
  expect(heartbeat.check(30_000)).toBe('fine')
  expect(heartbeat.check(50_000)).toBe('ping')
})

test('while an answer is awaited 5 s of silence are enough', () => {
  const heartbeat = started()
  heartbeat.heard(1_000)
  heartbeat.expect(true, 2_000)
  expect(heartbeat.check(6_999)).toBe('fine')
  expect(heartbeat.check(7_000)).toBe('ping')
})

test('an answer is awaited from when it was asked for, however long it was silent before', () => {
  const heartbeat = started()
  heartbeat.expect(true, 20_000)
  expect(heartbeat.check(24_999)).toBe('fine')
  expect(heartbeat.check(25_000)).toBe('ping')
})

test('further questions do not put the ping off', () => {
  const heartbeat = started()
  heartbeat.expect(true, 1_000)
  heartbeat.expect(true, 4_000)
  expect(heartbeat.check(6_000)).toBe('ping')
})

test('the heartbeat counts too while an answer is awaited', () => {
  const heartbeat = started(2_000)
  heartbeat.expect(true, 1_000)
  expect(heartbeat.check(2_000)).toBe('ping')
})

test('no frame within 3 s of a ping: the link is dead', () => {
  const heartbeat = started()
  heartbeat.check(30_000)
  expect(heartbeat.check(32_999)).toBe('fine')
  expect(heartbeat.check(33_000)).toBe('dead')
})

test('any frame answers a ping', () => {
  const heartbeat = started()
  heartbeat.check(30_000)
  heartbeat.heard(31_000)
  expect(heartbeat.check(33_000)).toBe('fine')
})

test('a probe pings at once, and another one does not lengthen its limit', () => {
  const heartbeat = started()
  expect(heartbeat.probe(1_000)).toBe(true)
  expect(heartbeat.probe(2_000)).toBe(false)
  expect(heartbeat.check(4_000)).toBe('dead')
})

test('without a link there is nothing to ping', () => {
  const heartbeat = new Heartbeat()
  expect(heartbeat.probe(1_000)).toBe(false)
  expect(heartbeat.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('after a link that did not answer while something was awaited the next one has twice the time, up to a minute', () => {
  const heartbeat = started()
  heartbeat.expect(true, 0)
  for (const patienceMs of [3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000]) {
    heartbeat.start(30_000, 0)
    heartbeat.probe(0)
    expect(heartbeat.wakeAt()).toBe(patienceMs)
    expect(heartbeat.check(patienceMs)).toBe('dead')
  }
})

test('a link that dies while nothing is awaited costs the next one no time', () => {
  const heartbeat = started()
  heartbeat.probe(0)
  expect(heartbeat.check(3_000)).toBe('dead')
  heartbeat.start(30_000, 5_000)
  heartbeat.probe(5_000)
  expect(heartbeat.wakeAt()).toBe(8_000)
})

test('a ping is waited for twice as long as the last one took, and at least 3 s', () => {
  const heartbeat = started()
  let now = 0
  heartbeat.probe(now)
  for (const [tookMs, patienceMs] of [
    [2_500, 5_000],
    [5_000, 10_000],
    [40, 3_000],
  ] as const) {
    now += tookMs
    heartbeat.heard(now)
    heartbeat.probe(now)
    expect(heartbeat.wakeAt() - now).toBe(patienceMs)
  }
})

test('who looks much too late for an answer asks once more: it may have come while nobody listened', () => {
  const heartbeat = started()
  heartbeat.probe(0)
  expect(heartbeat.check(3_501)).toBe('ping')
  expect(heartbeat.check(6_500)).toBe('fine')
  expect(heartbeat.check(10_000)).toBe('dead')
})

test('a little late is no excuse, and an answer makes it new', () => {
  const heartbeat = started()
  heartbeat.probe(0)
  expect(heartbeat.check(3_500)).toBe('dead')
  const other = started()
  other.probe(0)
  other.check(4_000)
  other.heard(4_000)
  other.probe(5_000)
  expect(other.check(9_000)).toBe('ping')
})

test('so late that the server has given the link up, it is dead', () => {
  const [kept, lost] = [started(), started()]
  for (const heartbeat of [kept, lost]) heartbeat.probe(0)
  expect([kept.check(43_000), lost.check(43_001)]).toEqual(['ping', 'dead'])
})

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

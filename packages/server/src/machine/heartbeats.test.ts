import { closeCodes } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { Heartbeats } from './heartbeats.js'
import { Turn } from './turn.js'

/** Heartbeats of 30 s, and a log of what they did and when. */
const watched = () => {
  const log: string[] = []
  const heartbeats = new Heartbeats(30_000, (link, code, _reason, turn) => {
    log.push(`${turn.now} drop ${link} ${code}`)
    heartbeats.left(link)
  })
  const wakeUntil = (end: number) => {
    for (let now = heartbeats.wakeAt(); now <= end; now = heartbeats.wakeAt()) {
      const turn = new Turn(now)
      heartbeats.wake(turn)
      for (const effect of turn.effects)
        if (effect.kind === 'transmit') log.push(`${now} ${effect.frame.kind} ${effect.link}`)
    }
  }
  return { heartbeats, log, wakeUntil }
}

test('a link that is silent is pinged, and given up when it does not answer', () => {
  const { heartbeats, log, wakeUntil } = watched()
  heartbeats.attached(1, new Turn(0))
  wakeUntil(100_000)
  expect(log).toEqual(['30000 ping 1', `40000 drop 1 ${closeCodes.silent}`])
  expect(heartbeats.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('any frame is a sign of life, before a ping and after it', () => {
  const { heartbeats, log, wakeUntil } = watched()
  heartbeats.attached(1, new Turn(0))
  heartbeats.heard(1, new Turn(20_000))
  wakeUntil(49_999)
  expect(log).toEqual([])
  wakeUntil(50_000)
  expect(log).toEqual(['50000 ping 1'])
  heartbeats.heard(1, new Turn(55_000))
  wakeUntil(84_999)
  expect(log).toEqual(['50000 ping 1'])
  wakeUntil(85_000)
  expect(log).toEqual(['50000 ping 1', '85000 ping 1'])
})

test('each link has a pulse of its own, and none when it has gone', () => {
  const { heartbeats, log, wakeUntil } = watched()
  heartbeats.attached(1, new Turn(0))
  heartbeats.attached(2, new Turn(10_000))
  heartbeats.left(1)
  heartbeats.heard(1, new Turn(15_000))
  wakeUntil(49_999)
  expect(log).toEqual(['40000 ping 2'])
})

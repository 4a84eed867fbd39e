import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { virtualClock } from './virtual-clock.js'

test('timers fire at their time, in the order in which they were set', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 300, size: 'max' }), (timers) => {
      const clock = virtualClock()
      const fired: { at: number; i: number }[] = []
      const calls = timers.map(([delay], i) => clock.after(delay, () => fired.push({ at: clock.now(), i })))
      for (const [i, [, calledOff]] of timers.entries()) if (calledOff) calls[i]?.()
      clock.advance(300)
      const expected = timers
        .map(([at, calledOff], i) => ({ at, i, calledOff }))
        .filter(({ calledOff }) => !calledOff)
        .sort((a, b) => a.at - b.at || a.i - b.i)
      expect(fired).toEqual(expected.map(({ at, i }) => ({ at, i })))
      expect(clock.pending).toBe(0)
    }),
  )
})

test('a timer set by a timer fires in the same advance when it is due', () => {
  const clock = virtualClock()
  const fired: number[] = []
  clock.after(10, () => clock.after(5, () => fired.push(clock.now())))
  clock.advance(14)
  expect(fired).toEqual([])
  clock.advance(1)
  expect(fired).toEqual([15])
})

test('calling off twice, or after it fired, is harmless', () => {
  const clock = virtualClock()
  const callOff = clock.after(1, () => {})
  clock.after(2, () => {})
  clock.advance(1)
  callOff()
  callOff()
  expect(clock.pending).toBe(1)
})

test('promises go on between two timers', async () => {
  const clock = virtualClock()
  const seen: string[] = []
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
  const work = async () => {
    await wait(10)
    seen.push(`a ${clock.now()}`)
    await wait(10)
    seen.push(`b ${clock.now()}`)
  }
  void work()
  await clock.run(100)
  expect(seen).toEqual(['a 10', 'b 20'])
  expect(clock.now()).toBe(100)
})

test('running until something holds stops right there, and says so when it never does', async () => {
  const clock = virtualClock()
  let done = false
  clock.after(5, () => {
    done = true
  })
  clock.after(50, () => {})
  await clock.runUntil(() => done)
  expect(clock.now()).toBe(5)
  await expect(clock.runUntil(() => false, 40)).rejects.toThrow('within 40 ms')
})

test('after a sleep what was due fires late, at once', () => {
  const clock = virtualClock()
  const fired: number[] = []
  clock.after(10, () => fired.push(clock.now()))
  clock.sleep(1_000)
  clock.advance(0)
  expect(fired).toEqual([1_000])
})

test('wall time can be set without touching the time that decides', () => {
  const clock = virtualClock()
  clock.setWall(0)
  clock.advance(7)
  expect([clock.now(), clock.wall()]).toEqual([7, 7])
})

test('wall time is cut to whole milliseconds, and how long something took by it is off by less than one', () => {
  const clock = virtualClock()
  const begun = clock.wall()
  clock.advance(0.75)
  expect(clock.wall()).toBe(begun)
  clock.advance(0.5)
  expect([clock.now(), clock.wall() - begun]).toEqual([1.25, 1])
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      (from, ms) => {
        const clock = virtualClock()
        clock.advance(from)
        const [now, wall] = [clock.now(), clock.wall()]
        clock.advance(ms)
        expect(Number.isInteger(clock.wall())).toBe(true)
        expect(Math.abs(clock.wall() - wall - (clock.now() - now))).toBeLessThan(1)
      },
    ),
  )
})

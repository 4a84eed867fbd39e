import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { platformClock } from './clock.js'

test('time never goes back', () => {
  const first = platformClock.now()
  expect(platformClock.now()).toBeGreaterThanOrEqual(first)
})

test('wall time is the time of day', () => {
  expect(Math.abs(platformClock.wall() - Date.now())).toBeLessThan(1_000)
})

test('a timer never fires before its time, measured by the same clock', async () => {
  const early: number[] = []
  const timers = Array.from({ length: 40 }, (_, i) => {
    const delayMs = i / 4
    const due = platformClock.now() + delayMs
    return new Promise<void>((resolve) => {
      platformClock.after(delayMs, () => {
        if (platformClock.now() < due) early.push(delayMs)
        resolve()
      })
    })
  })
  await Promise.all(timers)
  expect(early).toEqual([])
})

describe('in faked time', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('a timer that is called off does not fire and leaves nothing', () => {
    const fired = vi.fn()
    const callOff = platformClock.after(10, fired)
    expect(vi.getTimerCount()).toBe(1)
    callOff()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(fired).not.toHaveBeenCalled()
  })

  test('a delay that setTimeout cannot hold is waited for, and not fired at once', () => {
    const delayMs = 3 * 2 ** 31
    const fired = vi.fn()
    platformClock.after(delayMs, fired)
    vi.advanceTimersByTime(delayMs)
    expect(fired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fired).toHaveBeenCalledOnce()
  })

  test('a long delay can be called off in the middle', () => {
    const fired = vi.fn()
    const callOff = platformClock.after(2 ** 32, fired)
    vi.advanceTimersByTime(2 ** 31)
    callOff()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('never needs no timer', () => {
    platformClock.after(Number.POSITIVE_INFINITY, () => {})()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('what is overdue fires in a turn of its own', () => {
    const fired = vi.fn()
    platformClock.after(-5, fired)
    expect(fired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fired).toHaveBeenCalledOnce()
  })
})

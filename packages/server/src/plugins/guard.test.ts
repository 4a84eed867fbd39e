import { expect, test } from 'vitest'
import { Guard } from './guard.js'
import type { RecoveryPolicy } from './recovery.js'

const { signal } = new AbortController()
const isFailure = (error: unknown) => error instanceof Error && error.message === 'failed'

/** A guard around a handler that fails as long as it is told to, and how often it was called. */
const guarded = (policy: RecoveryPolicy) => {
  const guard = new Guard(policy, isFailure)
  const handler = { fails: true, calls: 0 }
  const run = (mayRepeat: boolean) =>
    guard.run(
      async () => {
        handler.calls += 1
        if (handler.fails) throw new Error('failed')
      },
      mayRepeat,
      signal,
    )
  return { guard, handler, run }
}

test('a handler that may run again is called three times by default, another once', async () => {
  const { handler, run } = guarded({ retry: { delay: 1 } })
  await expect(run(true)).rejects.toThrow('failed')
  expect(handler.calls).toBe(3)
  await expect(run(false)).rejects.toThrow('failed')
  expect(handler.calls).toBe(4)
})

test('where it is left alone it is not tried again, and nobody waits', async () => {
  const { guard, handler, run } = guarded({ retry: { delay: 60_000 }, breaker: { failures: 1 } })
  await expect(run(false)).rejects.toThrow('failed')
  const refused = await run(true).catch((error: unknown) => error)
  expect(guard.isOpenError(refused)).toBe(true)
  expect(handler.calls).toBe(1)
})

test('what is no failure leaves it in use', async () => {
  const guard = new Guard({ breaker: { failures: 1 } }, isFailure)
  const refuse = () => guard.run(() => Promise.reject(new Error('not allowed')), true, signal)
  for (let time = 0; time < 3; time += 1) await expect(refuse()).rejects.toThrow('not allowed')
})

test('while one tries whether it works again the others are refused, and do not wait for it', async () => {
  const { guard, handler, run } = guarded({ retry: false, breaker: { failures: 1, open: 10 } })
  await expect(run(false)).rejects.toThrow('failed')
  let succeed: () => void = () => {}
  let begun = false
  const slow = () => {
    begun = true
    return new Promise<void>((resolve) => (succeed = resolve))
  }
  let trying: Promise<void> = Promise.resolve()
  await expect
    .poll(() => {
      trying = guard.run(slow, false, signal)
      trying.catch(() => {})
      return begun
    })
    .toBe(true)
  const refused = await run(false).catch((error: unknown) => error)
  expect(guard.isOpenError(refused)).toBe(true)
  expect(handler.calls).toBe(1)
  succeed()
  await trying
  handler.fails = false
  await run(false)
  expect(handler.calls).toBe(2)
})

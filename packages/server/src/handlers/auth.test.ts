import type { IncomingMessage } from 'node:http'
import type { Clock } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { Identity } from '../api.js'
import type { Input } from '../machine/inputs.js'
import { Authenticator } from './auth.js'

const asking = (authenticate: (token: string | undefined, request: IncomingMessage) => unknown) => {
  const request = { headers: {} } as IncomingMessage
  const inputs: Input[] = []
  const failures: unknown[] = []
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: () => 0,
    wall: () => 0,
    after(_delayMs, callback) {
      timers.add(callback)
      return () => void timers.delete(callback)
    },
  }
  const auth = new Authenticator<Identity>({
    // A program without types may return anything.
    authenticate: authenticate as () => Identity | null,
    request: (link) => (link === 1 ? request : undefined),
    feed: (input) => inputs.push(input),
    clock,
    failed: (error) => failures.push(error.cause),
  })
  const ask = (link = 1) => auth.authenticate({ kind: 'authenticate', link, token: 'token', client: 'client' })
  return { auth, ask, request, inputs, failures, timers }
}

test('the machine learns the id, and the rest of the user is kept with the upgrade', async () => {
  const { auth, ask, request, inputs, timers } = asking(async (token) => ({ id: 'ann', role: token }))
  await ask()
  expect(inputs).toEqual([{ kind: 'authenticated', link: 1, user: 'ann' }])
  expect(auth.userOf(request)).toEqual({ id: 'ann', role: 'token' })
  expect(timers.size).toBe(0)
})

test('null refuses, and that is no failure', async () => {
  const { ask, inputs, failures } = asking(() => null)
  await ask()
  expect(inputs).toEqual([{ kind: 'authenticated', link: 1, user: null }])
  expect(failures).toEqual([])
})

test('what throws, rejects or returns no user fails, and the cause is for the application', async () => {
  const throwing = () => {
    throw new Error('thrown')
  }
  for (const authenticate of [
    throwing,
    () => Promise.reject('rejected'),
    () => undefined,
    () => ({}),
    () => ({ id: 5 }),
    () => ({ id: '' }),
  ]) {
    const { ask, inputs, failures, timers } = asking(authenticate)
    await ask()
    expect(inputs).toEqual([{ kind: 'authenticateFailed', link: 1 }])
    expect(failures).toHaveLength(1)
    expect(timers.size).toBe(0)
  }
})

test('an answer that does not come in time is a failure, and one that comes later is none', async () => {
  let answer: (user: Identity) => void = () => {}
  const { ask, inputs, failures, timers } = asking(
    () =>
      new Promise<Identity>((resolve) => {
        answer = resolve
      }),
  )
  const asked = ask()
  for (const fire of timers) fire()
  await asked
  answer({ id: 'late' })
  await Promise.resolve()
  expect(inputs).toEqual([{ kind: 'authenticateFailed', link: 1 }])
  expect(failures).toMatchObject([{ message: expect.stringContaining('5000 ms') }])
})

test('nobody is asked about a link that has gone', async () => {
  let calls = 0
  const { ask, inputs } = asking(() => {
    calls += 1
    return null
  })
  await ask(2)
  expect([calls, inputs]).toEqual([0, []])
})

import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import type { ConnectionFacts, ConnectionMiddleware, Identity } from '../api.js'
import type { Input } from '../machine/inputs.js'
import { ConnectionPool } from './connection-pool.js'
import { Reception } from './reception.js'

type State = Record<string, unknown>

/** A reception for the links 1 and 2 of one user, and notes of what it told whom. */
const receiving = (
  middleware: ConnectionMiddleware<Identity, State>[] = [],
  state: (connection: ConnectionFacts) => State = () => ({}),
) => {
  const events: string[] = []
  const inputs: Input[] = []
  const requests = new Map<number, IncomingMessage>()
  for (const link of [1, 2]) {
    requests.set(link, { headers: { host: 'here' }, socket: { remoteAddress: '::1' } } as IncomingMessage)
  }
  const pool = new ConnectionPool<Identity, State>()
  let ids = 0
  let answerStore: () => void = () => {}
  const reception = new Reception<Identity, State>({
    pool,
    middleware,
    state,
    request: (link) => requests.get(link),
    release: (link) => void requests.delete(link),
    userOf: (_request, id) => ({ id }),
    feed: (input) => inputs.push(input),
    clock: { now: () => 0, wall: () => 0, after: () => () => {} },
    storeAnswered: () =>
      new Promise<void>((resolve) => {
        answerStore = resolve
      }),
    ids: {
      id: () => {
        ids += 1
        return `c${ids}`
      },
    },
    connected: ({ id }) => events.push(`connected ${id}`),
    disconnected: ({ id }, reason) => events.push(`disconnected ${id}: ${reason}`),
    failed: ({ message }) => events.push(message),
  })
  const attach = (link = 1) =>
    reception.attached({ kind: 'attached', link, session: 's1', user: 'ann', resumed: false })
  const detach = (link = 1) => reception.detached({ kind: 'detached', link, session: 's1', reason: 'gone' })
  return { reception, pool, attach, detach, events, inputs, requests, answerStore: () => answerStore() }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a connection says what is known of it, and lets the upgrade go', () => {
  const { attach, detach, pool, events, requests } = receiving([], ({ user }) => ({ greeting: `hello ${user.id}` }))
  attach()
  expect(pool.ofLink(1)).toEqual({
    id: 'c1',
    session: { id: 's1' },
    user: { id: 'ann' },
    resumed: false,
    remoteAddress: '::1',
    headers: { host: 'here' },
    connectedAt: '1970-01-01T00:00:00.000Z',
    state: { greeting: 'hello ann' },
    close: expect.any(Function),
  })
  expect(requests.has(1)).toBe(false)
  detach()
  expect(events).toEqual(['connected c1', 'disconnected c1: gone'])
})

test('closing a connection asks the machine to drop its link', () => {
  const { attach, pool, inputs } = receiving()
  attach()
  pool.ofLink(1)?.close('enough')
  expect(inputs).toEqual([{ kind: 'dropAsked', link: 1, reason: 'enough' }])
})

test('a link whose socket is gone already is not received', () => {
  const { attach, detach, events, requests } = receiving()
  requests.delete(1)
  attach()
  detach()
  expect(events).toEqual([])
})

test('middleware is gone through before anybody hears of the connection', async () => {
  let letIn: () => void = () => {}
  const { reception, attach, events } = receiving([
    async (connection, next) => {
      await new Promise<void>((resolve) => {
        letIn = resolve
      })
      connection.state['late'] = true
      await next()
    },
  ])
  attach()
  expect(reception.admission(1)).toBeInstanceOf(Promise)
  expect(events).toEqual([])
  letIn()
  await settled()
  expect(reception.admission(1)).toBeUndefined()
  expect(events).toEqual(['connected c1'])
})

test('a link that ends while its middleware thinks is never announced', async () => {
  let letIn: () => void = () => {}
  const { attach, detach, events } = receiving([
    async (_connection, next) => {
      await new Promise<void>((resolve) => {
        letIn = resolve
      })
      await next()
    },
  ])
  attach()
  detach()
  letIn()
  await settled()
  expect(events).toEqual([])
})

test('who is not let in is dropped, whether middleware throws or does not go on', async () => {
  const throwing = () => {
    throw new Error('no')
  }
  for (const middleware of [throwing, () => undefined]) {
    const { reception, attach, detach, events, inputs } = receiving([middleware])
    attach()
    expect(await reception.admission(1)).toBe(false)
    expect(inputs).toEqual([{ kind: 'dropAsked', link: 1, reason: 'not let in' }])
    detach()
    expect(events.filter((event) => /connected/.test(event))).toEqual([])
  }
})

test('a state that cannot be made closes the connection', () => {
  const { attach, pool, events, inputs } = receiving([], () => {
    throw new Error('no state')
  })
  attach()
  expect(pool.size).toBe(0)
  expect(inputs).toMatchObject([{ kind: 'dropAsked' }])
  expect(events).toEqual(['The option state failed; the connection was closed.'])
})

test('so does a state that comes later: nobody waits for it, and its failure ends nothing else', async () => {
  const later = (state: () => unknown) => state as () => State
  for (const state of [later(async () => ({})), later(() => Promise.reject(new Error('no state')))]) {
    const { attach, pool, events, inputs } = receiving([], state)
    attach()
    await settled()
    expect(pool.size).toBe(0)
    expect(inputs).toMatchObject([{ kind: 'dropAsked' }])
    expect(events).toEqual(['The option state failed; the connection was closed.'])
  }
})

test('what a connection holds is kept until the store has answered what was asked for its link', async () => {
  const { attach, detach, pool, answerStore } = receiving()
  attach()
  detach()
  await settled()
  expect(pool.ofLink(1)).toMatchObject({ headers: { host: 'here' } })
  answerStore()
  // What the store said is heard first: a handler may begin.
  await Promise.resolve()
  expect(pool.ofLink(1)).toBeDefined()
  await settled()
  await settled()
  expect(pool.ofLink(1)).toBeUndefined()
  expect(pool.sessionOf('c1')).toBe('s1')
})

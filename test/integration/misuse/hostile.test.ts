/** What is thrown or given that throws again when it is looked at: it stops nothing but whoever threw it. */

import { type Logger, memoryStore, WebSocketManager } from '@backchat/server'
import { describe, expect, test } from 'vitest'
import { freePort, serve } from '../server/serve.js'
import { clientOf, codeOf, eventually, isWell, pair, unheardRejections } from './set-up.js'

const refuse = (): never => {
  throw new Error('do not look')
}
const hostile = [
  ['an object without a prototype', () => Object.create(null)],
  ['an error whose message throws', () => Object.defineProperty(new Error('no'), 'message', { get: refuse })],
  [
    'a proxy whose every trap throws',
    () => new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse }),
  ],
] as const satisfies readonly (readonly [string, () => unknown])[]

/** A program without types may call with anything. */
interface Loose {
  request(...given: unknown[]): Promise<unknown>
  send(...given: unknown[]): Promise<unknown>
}

describe.each(hostile)('a function of a client that throws %s', (_, make) => {
  const act = (): never => {
    throw make()
  }

  test('as a listener of pushes stops no other', async () => {
    const both = await pair()
    const heard: unknown[] = []
    both.client.on('system', act)
    both.client.on('system', () => Promise.reject(make()))
    both.client.on('system', ({ content }) => heard.push(content))
    await both.client.ready
    await both.manager.broadcast({ type: 'system', content: 1 })
    await eventually(() => expect(heard).toEqual([1]))
    await isWell(both)
    await eventually(() => expect(both.clientErrors).toHaveLength(2))
  })

  test('as a subscriber, or a listener of local events', async () => {
    const both = await pair()
    both.client.subscribe(act)
    both.client.events.on('trace', act)
    both.client.events.on('status', act)
    await isWell(both)
    expect(both.clientErrors.length).toBeGreaterThan(0)
  })

  test('as a listener of errors', async () => {
    const both = await pair()
    both.client.events.on('error', act)
    both.client.events.on('error', () => Promise.reject(make()))
    both.client.on('system', act)
    await both.client.ready
    await both.manager.broadcast({ type: 'system', content: 1 })
    await eventually(() => expect(both.clientErrors).toHaveLength(1))
    await isWell(both)
  })

  test.each([
    ['throws', act],
    ['rejects', () => Promise.reject(make())],
  ] as const)('as a token function that %s: requests wait, and are settled in time', async (_how, token) => {
    const both = await pair({}, { options: { token: token as () => string } })
    expect(await codeOf(both.client.request('echo', 1, { timeout: 300 }))).toBe('TIMEOUT')
    expect(both.client.status.state).toBe('waiting')
  })

  test('as a url function: requests wait, and are settled in time', async () => {
    const unheard = unheardRejections()
    const client = clientOf(act)
    expect(await codeOf(client.request('echo', 1, { timeout: 300 }))).toBe('TIMEOUT')
    expect(client.status.state).toBe('waiting')
    expect(unheard).toEqual([])
  })

  test('as init: the rest goes on', async () => {
    const both = await pair({}, { options: { init: act } })
    await isWell(both)
    expect(both.clientErrors).toHaveLength(1)
  })

  test('as a handler of what the server asks: the server is told', async () => {
    const both = await pair({ me: (_message, { session }) => session.id })
    both.client.handle('confirm', act)
    const { content: session } = await both.client.request('me')
    expect(await codeOf(both.manager.request(String(session), 'confirm'))).toBe('HANDLER_FAILED')
    await isWell(both)
  })
})

describe.each(hostile)('a request with what throws %s', (_, make) => {
  const act = (): never => {
    throw make()
  }
  const closed = new Proxy({}, { get: act, ownKeys: act })
  const aborted = new Proxy({}, { has: () => true, get: act })
  const cannotListen = { aborted: false, addEventListener: act }

  test.each([
    ['timeout', ['echo', 1, { timeout: make() }]],
    ['type', [make(), 1]],
    ['content', ['echo', closed]],
    ['metadata', ['echo', 1, { metadata: closed }]],
    ['options', ['echo', 1, closed]],
    ['signal that cannot be read', ['echo', 1, { signal: aborted }]],
    ['signal that takes no listener', ['echo', 1, { signal: cannotListen }]],
  ])('as its %s is rejected, not thrown', async (_what, given) => {
    const both = await pair()
    const loose = both.client as unknown as Loose
    expect(await codeOf(loose.request(...given))).toBe('INVALID_MESSAGE')
    expect(await codeOf(loose.send(...given))).toBe('INVALID_MESSAGE')
    await isWell(both)
  })
})

test.each([undefined, null, 5, true, {}, [], Symbol('type'), () => 'echo'])(
  'a message type that is %s is rejected, not thrown',
  async (type) => {
    const both = await pair()
    expect(await codeOf((both.client as unknown as Loose).request(type, 1))).toBe('INVALID_MESSAGE')
    await isWell(both)
  },
)

test('a signal whose listener cannot be taken back, and whose reason throws, aborts like any other', async () => {
  const both = await pair({ never: () => new Promise(() => {}) })
  let fire: () => void = refuse
  const signal = {
    aborted: false,
    addEventListener: (_event: string, listener: () => void) => {
      fire = listener
    },
    removeEventListener: refuse,
    get reason() {
      return refuse()
    },
  } as unknown as AbortSignal
  const asked = both.client.request('never', 1, { signal })
  fire()
  expect(await codeOf(asked)).toBe('ABORTED')
  await isWell(both)
})

test('a refused reauthenticate() that nobody awaits raises no unhandled rejection', async () => {
  const unheard = unheardRejections()
  const { url } = await serve({ authenticate: () => null })
  const client = clientOf(url, { token: 'x' })
  await client.ready.catch(() => {})
  void client.reauthenticate()
  await eventually(() => expect(client.status.state).not.toBe('unauthorized'))
  await eventually(() => expect(client.status.state).toBe('unauthorized'))
  await client.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect(unheard).toEqual([])
})

test('a token may be a thenable that is no Promise', async () => {
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
  const token = () => ({ then: (given: (token: string) => void) => given('token') })
  const both = await pair({}, { options: { token: token as unknown as () => string } })
  await isWell(both)
})

describe.each(hostile)('a function of a server that throws %s', (_, make) => {
  const act = (): never => {
    throw make()
  }

  test('as a handler: the caller is told', async () => {
    const both = await pair({ throws: act })
    expect(await codeOf(both.client.request('throws'))).toBe('HANDLER_FAILED')
    await isWell(both)
  })

  test('as authenticate, middleware or a listener', async () => {
    const unheard = unheardRejections()
    let asked = 0
    const authenticate = () => (++asked === 1 ? act() : { id: 'ann' })
    const { manager, url } = await serve({ authenticate })
    for (const name of ['connection', 'error'] as const) manager.on(name, act)
    manager.on('handled', () => Promise.reject(make()))
    let passes = 0
    manager.use((_context, next) => (++passes === 1 ? act() : next()))
    manager.registerHandler('echo', ({ content }) => content)
    const client = clientOf(url)
    expect(await codeOf(client.request('echo', 1, { timeout: 3_000 }))).toBe('HANDLER_FAILED')
    await isWell({ client })
    expect(unheard).toEqual([])
  })

  test('as a store: clients come again once it answers', async () => {
    const unheard = unheardRejections()
    const { apply, ...rest } = memoryStore()
    let calls = 0
    const store = { ...rest, apply: (...given: Parameters<typeof apply>) => (++calls === 1 ? act() : apply(...given)) }
    const { manager, url } = await serve({ store })
    manager.registerHandler('echo', ({ content }) => content)
    await isWell({ client: clientOf(url) })
    expect(unheard).toEqual([])
  })

  test('is no trouble for the standard logger', async () => {
    const unheard = unheardRejections()
    const port = await freePort()
    const manager = new WebSocketManager({ port, host: '127.0.0.1' })
    manager.registerHandler('throws', act)
    await manager.ready
    const client = clientOf(`ws://127.0.0.1:${port}`)
    expect(await codeOf(client.request('throws'))).toBe('HANDLER_FAILED')
    await client.close()
    await manager.close({ drain: 0 })
    expect(unheard).toEqual([])
  })

  test('as a logger stops nothing', async () => {
    const logger: Logger = { debug: act, info: act, warn: act, error: act, child: () => logger }
    const both = await pair({ throws: () => Promise.reject(new Error('planned')) }, { served: { logger } })
    let connections = 0
    both.manager.on('connection', () => ++connections)
    expect(await codeOf(both.client.request('throws'))).toBe('HANDLER_FAILED')
    await isWell(both)
    expect([connections, both.serverErrors.length]).toEqual([1, 1])
  })

  test('as what it sends: the send fails, and nothing else', async () => {
    const both = await pair({ me: (_message, { session }) => session.id })
    const closed = new Proxy({}, { get: act, ownKeys: act })
    const session = String((await both.client.request('me')).content)
    const { manager } = both
    const invalid = { ok: false, error: { code: 'INVALID_MESSAGE' } }
    expect(await manager.broadcast({ type: 'x', content: closed })).toMatchObject(invalid)
    expect(await manager.broadcast(closed as never)).toMatchObject(invalid)
    expect(await manager.sendToUser('ann', { type: 'x', metadata: closed as never })).toMatchObject(invalid)
    expect(await manager.sendToSession(make() as never, { type: 'x' })).toMatchObject(invalid)
    expect(await manager.sendToRoom('room', { type: 'x' }, { except: [make()] as never })).toMatchObject(invalid)
    expect(await codeOf(manager.request(session, 'x', closed))).toBe('INVALID_MESSAGE')
    expect(await codeOf((manager as unknown as Loose).request(session, make()))).toBe('INVALID_MESSAGE')
    expect(await codeOf(manager.request(session, 'x', 1, closed))).toBe('INVALID_MESSAGE')
    await isWell(both)
  })
})

test('what looks like an error of ours and is none is a failed handler', async () => {
  const fake = new Proxy({}, { has: () => true, get: (_, name) => (typeof name === 'symbol' ? true : refuse()) })
  const both = await pair({
    throws: () => {
      throw fake
    },
  })
  expect(await codeOf(both.client.request('throws'))).toBe('HANDLER_FAILED')
  await isWell(both)
})

/** Functions of the application's that throw, reject, hang or close everything: each stops nothing but itself. */

import { setTimeout as sleep } from 'node:timers/promises'
import { memoryStore, type Plugin, WebSocketManager } from '@backchat/server'
import { describe, expect, test } from 'vitest'
import { freePort, serve, silent } from '../server/serve.js'
import { clientOf, codeOf, eventually, isWell, pair, unheardRejections } from './set-up.js'

const broken = [
  ['throws', () => fail()],
  ['rejects', () => Promise.reject(new Error('planned'))],
  ['throws null', () => failWith(null)],
  ['rejects with null', () => Promise.reject(null)],
  ['throws a frozen object', () => failWith(Object.freeze({}))],
  ['never settles', () => new Promise(() => {})],
] as const

function fail(): never {
  throw new Error('planned')
}

function failWith(thrown: unknown): never {
  throw thrown
}

describe.each(broken)('a function of a client that %s', (how, act) => {
  const complains = how !== 'never settles'

  test('as a listener of pushes stops no other, and no push after it', async () => {
    const both = await pair()
    const heard: unknown[] = []
    both.client.on('system', act)
    both.client.on('*', act)
    both.client.on('system', ({ content }) => heard.push(content))
    await both.client.ready
    await both.manager.broadcast({ type: 'system', content: 1 })
    await both.manager.broadcast({ type: 'system', content: 2 })
    await eventually(() => expect(heard).toEqual([1, 2]))
    await isWell(both)
    await eventually(() => expect(both.clientErrors).toHaveLength(complains ? 4 : 0))
    for (const { code } of both.clientErrors) expect(code).toBe('HANDLER_FAILED')
  })

  test('as a subscriber, or a listener of local events, stops no other', async () => {
    const both = await pair()
    let changes = 0
    both.client.subscribe(act)
    for (const name of ['status', 'trace', 'gap', 'reset'] as const) both.client.events.on(name, act)
    both.client.subscribe(() => ++changes)
    await isWell(both)
    expect(changes).toBeGreaterThan(3)
    expect(both.clientErrors.length > 0).toBe(complains)
  })

  test('as a token function: requests wait, and are settled in time', async () => {
    const both = await pair({}, { options: { token: act as () => string } })
    expect(await codeOf(both.client.request('echo', 1, { timeout: 300 }))).toBe('TIMEOUT')
    expect(['connecting', 'waiting']).toContain(both.client.status.state)
  })

  test('as a url function: requests wait, and are settled in time', async () => {
    const client = clientOf(act as () => string)
    expect(await codeOf(client.request('echo', 1, { timeout: 300 }))).toBe('TIMEOUT')
    expect(['connecting', 'waiting']).toContain(client.status.state)
  })

  test('as a listener to init', async () => {
    const both = await pair({ init: () => 'state' }, { options: { init: () => null } })
    both.client.on('init', act)
    await isWell(both)
    await eventually(() => expect(both.clientErrors).toHaveLength(complains ? 1 : 0))
  })
})

describe.each(broken)('a function of a server that %s', (how, act) => {
  const complains = how !== 'never settles'

  test('as middleware: the caller is told', async () => {
    const unheard = unheardRejections()
    const { manager, url } = await serve({ config: { messageTimeout: 100 } })
    let passes = 0
    manager.use((_, next) => (++passes === 1 ? act() : next()))
    manager.registerHandler('echo', ({ content }) => content)
    const client = clientOf(url)
    const error = await client.request('echo').catch((given: unknown) => given)
    expect(error).toMatchObject(
      complains ? { code: 'HANDLER_FAILED', mayHaveExecuted: false } : { code: 'HANDLER_TIMEOUT' },
    )
    await isWell({ client })
    expect(unheard).toEqual([])
  })

  test('as middleware after the handler', async () => {
    const { manager, url } = await serve({ config: { messageTimeout: 100 } })
    let passes = 0
    manager.use(async (_, next) => {
      await next()
      if (++passes === 1) await act()
    })
    manager.registerHandler('echo', ({ content }) => content)
    const client = clientOf(url)
    await expect(client.request('echo')).rejects.toMatchObject({ mayHaveExecuted: true })
    await isWell({ client })
  })

  test('as middleware of connections, once: the client comes again', async () => {
    const unheard = unheardRejections()
    const { manager, url } = await serve()
    let passes = 0
    manager.use('connection', (_, next) => (++passes === 1 ? act() : next()))
    manager.registerHandler('echo', ({ content }) => content)
    const client = clientOf(url)
    if (complains) {
      await isWell({ client })
      expect(passes).toBe(2)
    } else expect(await codeOf(client.request('echo', 1, { timeout: 300 }))).toBe('TIMEOUT')
    expect(unheard).toEqual([])
  })

  test('as a listener stops no other', async () => {
    const unheard = unheardRejections()
    const { manager, url, errors } = await serve()
    const heard: string[] = []
    for (const name of ['connection', 'disconnection', 'sessionEnded', 'handled', 'error'] as const) {
      manager.on(name, act)
      manager.on(name, () => heard.push(name))
    }
    manager.registerHandler('echo', ({ content }) => content)
    const client = clientOf(url)
    await isWell({ client })
    await client.close()
    await eventually(() =>
      expect(heard).toEqual(expect.arrayContaining(['connection', 'handled', 'disconnection', 'sessionEnded'])),
    )
    await eventually(() => expect(errors.length).toBe(complains ? 4 : 0))
    expect(unheard).toEqual([])
  })
})

/** What never settles is waited for here: by whoever has a limit of its own, or for ever. */
const ending = broken.filter(([how]) => how !== 'never settles')
/** Where no promise is expected, one that rejects is nobody's affair. */
const throwing = broken.filter(([how]) => how.startsWith('throws'))

describe.each(ending)('a function that %s', (_how, act) => {
  test('as authenticate: the client is refused, and told to come again', async () => {
    const unheard = unheardRejections()
    const { manager, url } = await serve({ authenticate: act as () => never })
    manager.registerHandler('echo', ({ content }) => content)
    const client = clientOf(url)
    expect(await codeOf(client.request('echo', 1, { timeout: 300 }))).toBe('TIMEOUT')
    expect(unheard).toEqual([])
  })

  test('as a plugin: the manager is ready without it, and closes without it', async () => {
    const unheard = unheardRejections()
    const plugin = { name: 'bad', install: act, close: act } as unknown as Plugin
    const installed: string[] = []
    const good: Plugin = { name: 'good', install: () => void installed.push('good') }
    const { manager, url } = await serve({ plugins: [plugin, good] })
    manager.registerHandler('echo', ({ content }) => content)
    await isWell({ client: clientOf(url) })
    expect(installed).toEqual(['good'])
    expect(unheard).toEqual([])
  })

  test('as a store: clients come again once it answers', async () => {
    const unheard = unheardRejections()
    const { apply, ...rest } = memoryStore()
    let calls = 0
    const store = {
      ...rest,
      apply: (...given: Parameters<typeof apply>) => (++calls === 1 ? (act() as never) : apply(...given)),
    }
    const { manager, url } = await serve({ store })
    manager.registerHandler('echo', ({ content }) => content)
    await isWell({ client: clientOf(url) })
    expect(unheard).toEqual([])
  })
})

describe.each(throwing)('a function without a promise that %s', (_how, act) => {
  test('as init: the rest goes on', async () => {
    const both = await pair({ init: () => 'state' }, { options: { init: act as () => null } })
    await isWell(both)
    expect(both.clientErrors).toHaveLength(1)
  })

  test('as state: the connection is closed, and the client comes again', async () => {
    const unheard = unheardRejections()
    let made = 0
    const { manager, url } = await serve({ state: () => (++made === 1 ? (act() as never) : { made }) })
    manager.registerHandler('echo', ({ content }) => content)
    await isWell({ client: clientOf(url) })
    expect(made).toBe(2)
    expect(unheard).toEqual([])
  })
})

describe('middleware', () => {
  test.each([
    ['calls next() twice', (_: unknown, next: () => Promise<void>): unknown => next().then(next)],
    ['calls next() and does not wait', (_: unknown, next: () => Promise<void>): unknown => void next()],
    ['does not call next()', () => {}],
  ] as const)('that %s: the handler runs once at most, and the caller is answered', async (_, middleware) => {
    const unheard = unheardRejections()
    const { manager, url } = await serve()
    let ran = 0
    manager.use(middleware)
    manager.registerHandler('count', async () => {
      await sleep(5)
      return ++ran
    })
    const client = clientOf(url)
    await client.request('count').catch(({ code }) => expect(code).toBe('HANDLER_FAILED'))
    expect(ran).toBeLessThanOrEqual(1)
    expect(unheard).toEqual([])
  })
})

describe('whoever closes the client from within', () => {
  const places = [
    'a listener of pushes',
    'a subscriber',
    'a listener of status',
    'a listener of traces',
    'a listener of init',
    'the token function',
    'init',
    'the url function',
  ] as const

  test.each(places)('%s: everything settles, nothing is left', async (place) => {
    const unheard = unheardRejections()
    const { manager, url } = await serve()
    manager.registerHandler('init', () => 'state')
    manager.registerHandler(
      'push',
      ({ content }, { session }) => void manager.sendToSession(session.id, { type: 'system', content }),
    )
    let closing: Promise<void> | undefined
    const close = (): undefined => {
      closing ??= client.close()
      void client.close()
    }
    const client: ReturnType<typeof clientOf> = clientOf(place === 'the url function' ? () => close() ?? url : url, {
      ...(place === 'the token function' && { token: () => close() }),
      ...((place === 'init' || place === 'a listener of init') && {
        init: () => (place === 'init' ? close() : undefined),
      }),
    })
    if (place === 'a listener of pushes') client.on('system', close)
    if (place === 'a listener of init') client.on('init', close)
    if (place === 'a listener of status') client.events.on('status', ({ state }) => state === 'online' && close())
    const pending = [client.request('push', 1), client.send('never'), client.stream('never').reply].map((one) =>
      Promise.resolve(one).then(
        () => 'ok',
        ({ code }: { readonly code: string }) => code,
      ),
    )
    if (place === 'a subscriber') client.subscribe(close)
    if (place === 'a listener of traces') client.events.on('trace', close)
    for (const outcome of await Promise.all(pending))
      expect(['ok', 'CLOSED', 'OUTCOME_UNKNOWN', 'NO_HANDLER']).toContain(outcome)
    await eventually(() => expect(closing).toBeDefined())
    await closing
    expect(client.status.state).toBe('closed')
    expect(unheard).toEqual([])
  })
})

describe('whoever closes the server from within', () => {
  test.each(['a listener', 'a handler', 'middleware', 'connection middleware'] as const)(
    '%s: it closes, and nothing is left',
    async (place) => {
      const unheard = unheardRejections()
      const { manager, url } = await serve()
      let closing: Promise<void> | undefined
      const close = (): undefined => {
        closing ??= manager.close({ drain: 20 })
      }
      if (place === 'a listener') manager.on('connection', close)
      if (place === 'connection middleware') manager.use('connection', (_, next) => close() ?? next())
      if (place === 'middleware') manager.use((_, next) => close() ?? next())
      manager.registerHandler('echo', ({ content }) => close() ?? content)
      const client = clientOf(url)
      await client.request('echo', 1, { timeout: 500 }).catch(() => {})
      await eventually(() => expect(closing).toBeDefined())
      await closing
      await client.close()
      expect(unheard).toEqual([])
    },
  )

  test('a plugin, while it is installed: no port is left open', async () => {
    const unheard = unheardRejections()
    const port = await freePort()
    let closing: Promise<void> | undefined
    const close = () => {
      closing = manager.close()
    }
    const plugin: Plugin = { name: 'closes', install: () => void close() }
    const manager: WebSocketManager = new WebSocketManager({
      port,
      host: '127.0.0.1',
      plugins: [plugin],
      logger: silent,
    })
    await manager.ready
    await closing
    const client = clientOf(`ws://127.0.0.1:${port}`)
    expect(await codeOf(client.request('echo', 1, { timeout: 200 }))).toBe('TIMEOUT')
    expect(unheard).toEqual([])
  })
})

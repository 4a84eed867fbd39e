/** Who may look at the inspector, and what it says, on real sockets; how the page looks is seen in `test/browser`. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type InspectorOptions, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { greeted, newIdentity } from './raw-client.js'
import { freePort, portOf, serve, silent } from './serve.js'

/** Answers HTTP on a port until the test is over. */
const web = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${portOf(server)}`
}
const allow = () => true
/** What makes no sense is for the compiler to see, and for programs without types to be told. */
const wrong = (options: unknown) => options as InspectorOptions

test('nobody sees it unless it is wanted', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent })
  onTestFinished(() => manager.close())
  await manager.ready
  expect((await fetch(`http://localhost:${port}/inspector`)).status).toBe(426)
  expect((await fetch(`http://localhost:${port}/inspector?state`)).status).toBe(426)
})

test('a port of our own serves it at one path, beside probes and links', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent, inspector: { allow } })
  onTestFinished(() => manager.close())
  await manager.ready
  const url = `http://localhost:${port}`
  const page = await fetch(`${url}/inspector`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('<title>Backchat inspector</title>')
  await greeted(`ws://localhost:${port}`)
  expect(await (await fetch(`${url}/inspector?state`)).json()).toMatchObject({ connections: { count: 1 } })
  expect((await fetch(`${url}/livez`)).status).toBe(200)
  for (const path of ['/', '/inspector/', '/inspectors']) expect((await fetch(url + path)).status).toBe(426)
})

test('options that make no sense are refused at once', async () => {
  const { manager } = await serve()
  expect(() => manager.inspector(wrong({}))).toThrow('The inspector needs allow')
  expect(() => manager.inspector({ allow, path: 'inspector' })).toThrow('path of the inspector')
  expect(() => new WebSocketManager({ port: 0, inspector: wrong({}) })).toThrow('The inspector needs allow')
  expect(() => new WebSocketManager({ server: createServer(), inspector: { allow } })).toThrow(
    'mount manager.inspector',
  )
})

test('each look is asked for, and only true lets in', async () => {
  const { manager } = await serve()
  let answer: unknown
  const asked: unknown[] = []
  const url = await web(
    manager.inspector({
      allow: (request) => {
        asked.push(request.headers['x-who'])
        return answer as boolean
      },
    }),
  )
  const status = async (path = '/') => (await fetch(url + path, { headers: { 'x-who': 'ann' } })).status
  for (answer of [false, undefined, null, 0, 1, 'true', {}, Promise.resolve(false), Promise.resolve('yes')])
    expect([await status(), await status('/?state'), await status('/?records')]).toEqual([403, 403, 403])
  for (answer of [true, Promise.resolve(true)])
    expect([await status(), await status('/?state'), await status('/?records')]).toEqual([200, 200, 200])
  expect(new Set(asked)).toEqual(new Set(['ann']))
  expect(asked).toHaveLength(33)
})

test('who is turned away learns nothing, and may be asked for a password', async () => {
  const { manager } = await serve()
  const refused = await fetch(await web(manager.inspector({ allow: () => false })))
  expect([refused.status, await refused.text()]).toEqual([403, 'You may not look at this.\n'])
  const challenge = 'Basic realm="chat"'
  const password = `Basic ${btoa('ann:secret')}`
  const url = await web(manager.inspector({ allow: ({ headers }) => headers.authorization === password, challenge }))
  const asked = await fetch(url)
  expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([401, challenge])
  expect((await fetch(url, { headers: { authorization: password } })).status).toBe(200)
})

test('a function that throws or hangs lets nobody in, and is an error', async () => {
  const { manager, errors } = await serve({}, 50)
  const allows: InspectorOptions['allow'][] = [
    () => {
      throw new Error('no')
    },
    () => Promise.reject(new Error('no')),
    () => new Promise(() => {}),
  ]
  for (const allow of allows) {
    const response = await fetch(await web(manager.inspector({ allow })))
    expect([response.status, await response.text()]).toEqual([403, 'You may not look at this.\n'])
  }
  expect(errors).toHaveLength(3)
  expect(errors[0]).toMatchObject({ code: 'HANDLER_FAILED', cause: new Error('no') })
})

test('a server that closes waits for nobody who says who may look, and lets nobody in afterwards', async () => {
  const { manager, clock } = await serve()
  const asked = vi.fn(() => new Promise<boolean>(() => {}))
  const url = await web(manager.inspector({ allow: asked }))
  const hanging = fetch(url)
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1))
  await manager.close()
  expect((await hanging).status).toBe(403)
  const late = await fetch(url)
  expect([late.status, await late.text()]).toEqual([503, 'The server is closed.\n'])
  expect(asked).toHaveBeenCalledTimes(1)
  expect(clock.timers()).toBe(0)
})

test('whatever is answered is not kept, guessed at, framed or read by other sites', async () => {
  const { manager } = await serve()
  const open = await web(manager.inspector({ allow }))
  const shut = await web(manager.inspector({ allow: () => false }))
  for (const url of [open, `${open}/?state`, `${open}/?records`, shut]) {
    const { headers } = await fetch(url)
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  }
})

test('there is only something to look at; what is asked elsewhere is left to others', async () => {
  const { manager } = await serve()
  const url = await web(manager.inspector({ allow }))
  const posted = await fetch(`${url}/?state`, { method: 'POST', body: 'x' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  const head = await fetch(`${url}/?state`, { method: 'HEAD' })
  expect([head.status, Number(head.headers.get('content-length')) > 100, await head.text()]).toEqual([200, true, ''])
  const inspector = manager.inspector({ allow, path: '/here' })
  const beside = await web((request, response) => inspector(request, response, () => response.end('mine')))
  expect(await (await fetch(`${beside}/there`)).text()).toBe('mine')
  expect(await (await fetch(`${beside}/here?x`)).text()).toContain('<title>')
  expect((await fetch(`${await web(inspector)}/there`)).status).toBe(404)
})

interface State {
  readonly [part: string]: {
    readonly rows: readonly Record<string, unknown>[]
    readonly count: number
    readonly stuck?: number
  }
}

test('it shows who is here, who is away, and which request is stuck for which reason', async () => {
  const { manager, url } = await serve({ authenticate: (token) => ({ id: String(token) }) })
  manager.registerHandler('text', () => 'reply')
  manager.registerHandler('stuck', () => new Promise(() => {}))
  const look = await web(manager.inspector({ allow, stuckAfter: 300 }))
  const patient = await web(manager.inspector({ allow, stuckAfter: 600_000 }))
  const state = async (find = '', from = look): Promise<State> =>
    (await fetch(`${from}/?state&find=${encodeURIComponent(find)}`)).json()
  expect(await state()).toMatchObject({
    figures: { phase: 'serving', connections: 0, running: 0 },
    requests: { rows: [], count: 0, stuck: 0 },
    sessions: { rows: [], count: 0 },
    connections: { rows: [], count: 0 },
  })
  const ann = await greeted(url, newIdentity(), { token: 'ann' })
  const ben = await greeted(url, newIdentity(), { token: 'ben' })
  ann.client.request(1, 'stuck', null)
  await ann.client.next('started')
  ben.client.request(1, 'text', null, { message: { id: 'kept', timestamp: new Date().toISOString(), type: 'text' } })
  await ben.client.next('reply')
  // An answer that is on its way is no news.
  expect((await state('ben', patient))['requests']).toMatchObject({ count: 0 })
  expect((await state('', patient))['requests']).toMatchObject({ count: 1, stuck: 0 })
  ben.client.terminate()
  await vi.waitFor(async () => {
    expect((await state())['requests']).toMatchObject({
      stuck: 1,
      count: 2,
      rows: [
        { id: 'message-1', userId: 'ann', stage: 'started', waitsFor: 'handler', stuck: true, away: false },
        { id: 'kept', userId: 'ben', stage: 'replied', waitsFor: 'client', stuck: false, away: true },
      ],
    })
  }, 10_000)
  const seen = await state()
  expect(seen['requests']?.rows[0]?.['reason']).toMatch(/^silent for .*, given up after 60 s$/)
  expect(seen['sessions']?.rows).toMatchObject([
    { user: 'ben', attached: false, left: 'The link was lost.', open: 1 },
    { user: 'ann', attached: true, open: 1 },
  ])
  expect(seen['connections']?.rows).toMatchObject([{ user: 'ann', queuedBytes: 0, resumed: false }])
  const found = await state('ann')
  expect(['requests', 'sessions', 'connections'].map((part) => found[part]?.count)).toEqual([1, 1, 1])
  expect((await state('message-1'))['requests']?.count).toBe(1)
  expect((await state('nobody'))['sessions']?.count).toBe(0)
})

test('it shows what was said last of a request, of a session, and of what is settled', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('text', () => 'the-content')
  const look = await web(manager.inspector({ allow }))
  const { client, welcome } = await greeted(url)
  client.request(1, 'text', 'the-content')
  await client.next('reply')
  client.send({ kind: 'ack', push: 0, floor: 1, settled: [] })
  const records = async (query: string) => (await fetch(`${look}/?records&${query}`)).json()
  await vi.waitFor(async () =>
    expect(await records('request=message-1')).toMatchObject({
      explanation: { id: 'message-1', stage: 'settled', outcome: 'ok' },
      records: [{ kind: 'request' }, { kind: 'reply' }],
    }),
  )
  const session = await records(`session=${welcome['sessionId']}`)
  expect(session.explanation).toBeUndefined()
  expect(session.records.map(({ kind }: { kind: string }) => kind)).toEqual([
    'opened',
    'hello',
    'welcome',
    'request',
    'reply',
    'ack',
  ])
  expect(JSON.stringify([session, await records('')])).not.toContain('the-content')
  expect(await records('request=nobody')).toEqual({ records: [] })
})

test('however much there is, a look is bounded', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('stuck', () => new Promise(() => {}))
  const look = await web(manager.inspector({ allow }))
  const clients = await Promise.all([1, 2].map(() => greeted(url)))
  for (const { client } of clients) for (let n = 1; n <= 150; n += 1) client.request(n, 'stuck', null)
  const state = async () => (await fetch(`${look}/?state`)).json()
  await vi.waitFor(async () => expect((await state()).requests.count).toBe(300), 10_000)
  expect((await state()).requests.rows).toHaveLength(200)
})

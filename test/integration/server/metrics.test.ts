/** What Prometheus reads, after real clients on real sockets. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { metrics, WebSocketManager } from '@backchat/server'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { dial, greeted, newIdentity } from './raw-client.js'
import { freePort, portOf, serve, silent } from './serve.js'

/** Reads a manager's page, and what one line of it says. */
const scraper = async (manager: Pick<WebSocketManager, 'healthListener'>) => {
  const server = createServer(manager.healthListener).listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const page = async () => (await fetch(`http://localhost:${portOf(server)}/metrics`)).text()
  const value = async (series: string) => {
    const line = (await page()).split('\n').find((line) => line.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length + 1))
  }
  return { page, value }
}

test('a manager with a port of its own serves /metrics, and only when the plugin is on', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent, plugins: ['metrics'] })
  onTestFinished(() => manager.close())
  await manager.ready
  const response = await fetch(`http://localhost:${port}/metrics`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('version=')])
  expect(await response.text()).toContain('backchat_connections 0')
})

test('connections, sessions and runs in flight are shown as they are now', async () => {
  const { manager, url } = await serve({ plugins: ['metrics'] })
  const { value } = await scraper(manager)
  let release: () => void = () => {}
  manager.registerHandler('slow', () => new Promise<void>((resolve) => (release = resolve)))
  const { client } = await greeted(url)
  const other = await greeted(url)
  const silentOne = await dial(url)
  client.request(1, 'slow', null)
  await client.next('started')
  expect(await value('backchat_connections')).toBe(2)
  expect(await value('backchat_handshakes')).toBe(1)
  expect(await value('backchat_requests_in_flight{type="slow"}')).toBe(1)
  expect(await value('backchat_requests_waiting')).toBe(0)
  await vi.waitFor(async () =>
    expect(await value('backchat_handler_silence_seconds{type="slow"}')).toBeGreaterThan(0.05),
  )
  expect(await value('backchat_send_buffer_bytes')).toBe(0)
  release()
  await client.next('reply')
  other.client.terminate()
  silentOne.terminate()
  await vi.waitFor(async () => expect(await value('backchat_sessions{state="detached"}')).toBe(1), 10_000)
  expect(await value('backchat_sessions{state="attached"}')).toBe(1)
  expect(await value('backchat_connections')).toBe(1)
  expect(await value('backchat_requests_in_flight{type="slow"}')).toBeUndefined()
  expect(await value('backchat_handler_silence_seconds{type="slow"}')).toBeUndefined()
})

test('runs are counted by type and code, with their durations and first chunks', async () => {
  const { manager, url } = await serve({ plugins: ['metrics'], config: { rateLimit: { perSecond: 0.001, burst: 3 } } })
  const { value } = await scraper(manager)
  manager.registerHandler('good', () => 'reply')
  manager.registerHandler('bad', () => {
    throw new Error('no')
  })
  manager.registerHandler('story', async function* () {
    yield 'one'
    yield 'two'
    return 'end'
  })
  const { client } = await greeted(url)
  client.request(1, 'good', null)
  await client.next('reply')
  client.request(2, 'bad', null)
  await client.next('error')
  client.request(3, 'story', null, { mode: 'stream' })
  await client.next('chunk')
  await client.next('chunk')
  await client.next('reply')
  client.request(4, 'good', null)
  await client.next('error')
  expect(await value('backchat_requests_total{type="good",code="ok"}')).toBe(1)
  expect(await value('backchat_requests_total{type="bad",code="HANDLER_FAILED"}')).toBe(1)
  expect(await value('backchat_requests_total{type="good",code="RATE_LIMITED"}')).toBe(1)
  expect(await value('backchat_rate_limited_total')).toBe(1)
  expect(await value('backchat_request_duration_seconds_count{type="good"}')).toBe(2)
  expect(await value('backchat_stream_first_chunk_seconds_count{type="story"}')).toBe(1)
  expect(await value('backchat_stream_first_chunk_seconds_count{type="good"}')).toBeUndefined()
})

test('types that a client makes up are counted together, and make no series', async () => {
  const { manager, url } = await serve({ plugins: ['metrics'] })
  const { page, value } = await scraper(manager)
  const { client } = await greeted(url)
  for (let n = 1; n <= 20; n += 1) {
    client.request(n, `made-up-${n}`, null)
    await client.next('error')
  }
  expect(await value('backchat_requests_total{type="other",code="NO_HANDLER"}')).toBe(20)
  // A second look counts nothing twice.
  expect(await value('backchat_requests_total{type="other",code="NO_HANDLER"}')).toBe(20)
  expect(await page()).not.toContain('made-up')
})

test('resumes, duplicates and refusals of strangers are counted', async () => {
  const { manager, url } = await serve({
    plugins: ['metrics'],
    authenticate: (token) => {
      if (token === 'broken') throw new Error('no')
      return token === undefined ? null : { id: token }
    },
  })
  const { value } = await scraper(manager)
  manager.registerHandler('good', () => 'reply')
  const identity = newIdentity()
  const first = await greeted(url, identity, { token: 'ann' })
  first.client.request(1, 'good', null)
  await first.client.next('reply')
  const epoch = first.welcome['epoch']
  const again = await greeted(url, identity, { token: 'ann', attempt: 2, epoch })
  again.client.request(1, 'good', null)
  await again.client.next('reply')
  await greeted(url, newIdentity(), { token: 'ann', epoch: 'an-epoch-that-is-not-here' })
  const refused = async (otherwise: Record<string, unknown>) => {
    const client = await dial(url)
    client.hello({ ...identity, ...otherwise })
    await client.closed
  }
  await refused({ client: newIdentity().client })
  await refused({ secret: newIdentity().secret, token: 'ann', attempt: 3 })
  await refused({ token: 'broken' })
  expect(await value('backchat_resumes_total{result="new"}')).toBe(1)
  expect(await value('backchat_resumes_total{result="resumed"}')).toBe(1)
  expect(await value('backchat_resumes_total{result="lost"}')).toBe(1)
  expect(await value('backchat_duplicates_dropped_total')).toBe(1)
  for (const reason of ['unauthorized', 'not-yours', 'error'])
    expect(await value(`backchat_auth_failures_total{reason="${reason}"}`)).toBe(1)
})

test('links that fall silent are counted', async () => {
  const { manager, url } = await serve({ plugins: ['metrics'], config: { heartbeat: { interval: 1_000 } } }, 20)
  const { value } = await scraper(manager)
  const { client } = await greeted(url)
  await client.closed
  expect(await value('backchat_heartbeat_timeouts_total')).toBe(1)
})

test('each manager has a registry of its own; one of yours holds one manager, until it closes', async () => {
  const registry = new Registry()
  const one = await serve({ plugins: ['metrics'] })
  const two = await serve({ plugins: [metrics({ registry })] })
  const three = await serve({ plugins: [metrics({ registry })] })
  await greeted(one.url)
  expect(await (await scraper(one.manager)).value('backchat_connections')).toBe(1)
  expect(await (await scraper(two.manager)).value('backchat_connections')).toBe(0)
  expect(three.errors).toMatchObject([{ message: "The plugin 'metrics' failed to install." }])
  await three.manager.close()
  expect(registry.getSingleMetric('backchat_connections')).toBeDefined()
  await two.manager.close()
  expect(registry.getMetricsAsArray()).toEqual([])
})

test('options that make no sense are refused at once', () => {
  expect(() => metrics({ path: 'metrics' })).toThrow('path begins with a slash')
  expect(() => metrics({ registry: {} as Registry })).toThrow('registry is a Registry')
})

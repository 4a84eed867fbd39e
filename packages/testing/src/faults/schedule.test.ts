import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@backchat/client'
import { WebSocketManager } from '@backchat/server'
import { expect, test } from 'vitest'
import { chaosProxy } from '../chaos/chaos-proxy.js'
import { memoryNetwork } from '../network/memory-network.js'
import { random } from '../virtual/random.js'
import { virtualClock } from '../virtual/virtual-clock.js'
import { drawFaults, type FaultSchedule, playFaults, type Way } from './schedule.js'

test('a seed draws one schedule, as often as was asked for and in order', () => {
  const options = { seed: 7, forMs: 60_000, perMinute: { cut: 30, hole: 0 } }
  const schedule = drawFaults(options)
  expect(drawFaults(options)).toEqual(schedule)
  expect(drawFaults({ ...options, seed: 8 })).not.toEqual(schedule)
  const kinds = schedule.map(({ fault }) => fault.kind)
  expect(kinds.filter((kind) => kind === 'cut')).toHaveLength(30)
  expect(kinds).not.toContain('hole')
  expect(schedule.map(({ atMs }) => atMs)).toEqual(schedule.map(({ atMs }) => atMs).sort((a, b) => a - b))
})

/** A way that only notes what is done to it. */
const noted = () => {
  const log: string[] = []
  const clock = virtualClock()
  const note = (what: string) => log.push(`${clock.now()} ${what}`)
  const way: Way = {
    cut: () => note('cut'),
    blackHole: ({ direction, forMs }) => note(`hole ${direction} ${forMs}`),
    stall: ({ direction, forMs }) => note(`stall ${direction} ${forMs}`),
    delay: (delayMs) => note(`delay ${delayMs}`),
    refuse: (forMs) => note(`refuse ${forMs}`),
    heal: () => note('heal'),
  }
  return { log, clock, way }
}

const schedule: FaultSchedule = [
  { atMs: 10, fault: { kind: 'cut' } },
  { atMs: 20, fault: { kind: 'hole', direction: 'up', forMs: 500 } },
  { atMs: 30, fault: { kind: 'stall', direction: 'both', forMs: 5 } },
  { atMs: 40, fault: { kind: 'delay', delayMs: 7 } },
  { atMs: 50, fault: { kind: 'refuse', forMs: 6 } },
]

test('each fault strikes at its time, and when the last is over all is well', async () => {
  const { log, clock, way } = noted()
  const struck: string[] = []
  const { done } = playFaults(schedule, way, {
    after: (ms, act) => clock.after(ms, act),
    struck: ({ kind }) => struck.push(kind),
  })
  clock.advance(519)
  expect(log).toEqual(['10 cut', '20 hole up 500', '30 stall both 5', '40 delay 7', '50 refuse 6'])
  expect(struck).toEqual(['cut', 'hole', 'stall', 'delay', 'refuse'])
  clock.advance(1)
  expect(log.at(-1)).toBe('520 heal')
  await done
  expect(clock.pending).toBe(0)
})

test('what is stopped strikes no more', async () => {
  const { log, clock, way } = noted()
  const { done, stop } = playFaults(schedule, way, { after: (ms, act) => clock.after(ms, act) })
  clock.advance(15)
  stop()
  await done
  clock.advance(1_000)
  expect(log).toEqual(['10 cut', '15 heal'])
  expect(clock.pending).toBe(0)
})

test('a network in memory is a way, too', () => {
  const clock = virtualClock()
  const network = memoryNetwork({ clock, random: random(1), latencyMs: [1, 1] })
  let closed = 0
  network.listen(() => ({ opened() {}, received() {}, closed: () => (closed += 1) }))
  network.dial({ opened() {}, received() {}, closed() {} })
  clock.advance(5)
  playFaults([{ atMs: 10, fault: { kind: 'cut' } }], network, { after: (ms, act) => clock.after(ms, act) })
  clock.advance(20)
  expect(closed).toBe(1)
})

// The README shows this one.
test('my chat answers each message once, over a bad network', async () => {
  const runs: string[] = []
  const server = createServer().listen(0)
  const manager = new WebSocketManager({ server, logger: silent })
  manager.registerHandler('text', (message) => {
    runs.push(message.content)
    return message.content
  })
  await once(server, 'listening')

  const proxy = await chaosProxy({ target: { port: (server.address() as AddressInfo).port } })
  const client = createClient({ url: `ws://localhost:${proxy.port}` })
  const faults = playFaults(drawFaults({ seed: 7, forMs: 3_000, perMinute: { cut: 120, hole: 20, refuse: 0 } }), proxy)
  const texts = Array.from({ length: 100 }, (_, n) => `message ${n}`)
  const asked = texts.map((text, n) => sleep(n * 25).then(() => client.request('text', text)))
  const replies = await Promise.all(asked)
  expect(replies.map(({ content }) => content)).toEqual(texts)
  expect(runs.sort()).toEqual(texts.sort())
  expect(proxy.counters.cuts).toBeGreaterThan(0)

  faults.stop()
  await client.close()
  await manager.close()
  await proxy.close()
  server.close()
})

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

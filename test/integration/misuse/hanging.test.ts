/** Functions of a server that never settle: closing waits for none of them for longer than it says, and leaves no timer. */

import type { BackchatError } from '@backchat/protocol'
import { memoryStore, type Plugin, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, serve, silent, testClock } from '../server/serve.js'
import { clientOf, codeOf, hasSettled, unheardRejections } from './set-up.js'

const never = () => new Promise<never>(() => {})

test('an authenticate that never settles leaves no timer behind', async () => {
  const { url, manager, clock, errors } = await serve({ authenticate: never })
  const client = clientOf(url)
  expect(await codeOf(client.request('echo', 1, { timeout: 100 }))).toBe('TIMEOUT')
  await manager.close({ drain: 0 })
  expect([clock.timers(), errors]).toEqual([0, []])
})

test.each([
  ['close', 'the plugin', { plugins: [{ name: 'late', install() {}, close: never } satisfies Plugin] }],
  ['close', 'the store', { store: { ...memoryStore(), close: never } }],
] as const)('a %s of %s that never settles is waited for for 5 s, and named', async (_, what, options) => {
  const { manager, errors, clock } = await hurried(options)
  await manager.ready
  const began = clock.now()
  await manager.close({ drain: 0 })
  expect(clock.now() - began).toBeGreaterThanOrEqual(5_000)
  expect(errors.map(({ message }) => message.toLowerCase())).toEqual([expect.stringContaining(what)])
  expect(clock.timers()).toBe(0)
})

test('a plugin whose install never settles is named after 5 s, and the manager is ready without it', async () => {
  const good: string[] = []
  const plugins: readonly Plugin[] = [
    { name: 'late', install: never },
    { name: 'good', install: () => void good.push('installed') },
  ]
  const { manager, errors } = await hurried({ plugins })
  await manager.ready
  expect(good).toEqual(['installed'])
  expect(errors.map(({ message }) => message)).toEqual(["The plugin 'late' failed to install."])
  await manager.close({ drain: 0 })
})

test('a manager that is closed while a plugin is installed waits for it no longer', async () => {
  const unheard = unheardRejections()
  const later: string[] = []
  const plugins: readonly Plugin[] = [
    { name: 'late', install: never },
    { name: 'later', install: () => void later.push('installed') },
  ]
  const { manager, clock } = await hurried({ plugins }, 1)
  await manager.close({ drain: 0 })
  expect(await hasSettled(manager.ready)).toBe(true)
  expect([later, clock.timers(), unheard]).toEqual([[], 0, []])
})

/** A manager of its own port, for which 5 s pass in a quarter of one. */
async function hurried(options: Partial<ConstructorParameters<typeof WebSocketManager>[0]>, speed = 20) {
  const clock = testClock(speed)
  const manager = new WebSocketManager({ logger: silent, clock, ...options, port: await freePort(), server: undefined })
  const errors: BackchatError[] = []
  manager.on('error', (error) => errors.push(error))
  onTestFinished(() => manager.close({ drain: 0 }))
  return { manager, errors, clock }
}

/** docs/operations.md and what lies beside it say what the code does. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, memoryStore, monitoring, recovery, WebSocketManager } from '@backchat/server'
import { lmdbStore } from '@backchat/store-lmdb'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { settingsOf as clientSettingsOf, type Settings } from '../../../packages/client/src/shell/settings.js'
import { pluginMs } from '../../../packages/server/src/core/plugins.js'
import { serverSettings } from '../../../packages/server/src/core/server-settings.js'
import type { NumberSetting, Setting } from '../../../packages/server/src/core/setting.js'
import { settingsOf } from '../../../packages/server/src/core/settings.js'
import { storeCloseMs } from '../../../packages/server/src/core/web-socket-manager.js'
import { inspectorOptions } from '../../../packages/server/src/inspector/options.js'
import { endingMs, patienceMs } from '../../../packages/server/src/machine/closing.js'
import { root } from '../../../scripts/workspace.mjs'
import { clientSettings, groups, withTable } from './settings-table.js'

const folder = join(root, 'docs/operations')
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const fileOf = (name: string): string => readFileSync(join(folder, name), 'utf8')

test('the table of settings is what the descriptions say; `npm run settings` writes it', () => {
  expect(withTable(page)).toBe(page)
})

test('the page names each file beside it, and names no other', () => {
  const named = [...page.matchAll(/\]\((operations\/[\w.-]+)\)/g)].map(([, file]) => file)
  expect([...new Set(named)].sort()).toEqual(
    readdirSync(folder)
      .map((file) => `operations/${file}`)
      .sort(),
  )
})

test('what the page points to is there', () => {
  const local = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, file]) => file ?? '')
  expect(local.filter((file) => !existsSync(join(root, 'docs', file)))).toEqual([])
})

/** `a.b.c` and a value as an object of objects. */
const nested = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object

const manager = (options: object) => settingsOf({ port: 0, ...options })

/** Where each setting is given, and how to give it there. Returns when it is taken, throws when it is refused. */
const give = (where: string, { name }: Setting, value: unknown): unknown => {
  const options = nested(name.replace(/^\w+: /, ''), value)
  switch (where) {
    case 'manager':
      return manager(name.includes('rateLimit') ? withRate(options) : options)
    case 'memoryStore()':
      return memoryStore(options)
    case 'lmdbStore()':
      return lmdbNowhere(options)
    case 'inspector':
      return inspectorOptions({ allow: () => true, ...options })
    case 'monitoring()':
      return monitoring(options)
    case 'recovery()':
      return recovery(options)
    default:
      throw new Error(`Nobody knows how to give ${where} a setting.`)
  }
}

/** A burst needs a rate, and a window of both that is not too long. */
const withRate = ({
  config,
}: {
  config?: { rateLimit?: { perSecond?: number; burst?: number; perUser?: object } }
}) => {
  const given = config?.rateLimit ?? {}
  const rate = { perSecond: 1_000, ...given }
  if (given.perUser) return { config: { rateLimit: { ...rate, perUser: { perSecond: 1_000, ...given.perUser } } } }
  return { config: { rateLimit: rate } }
}

/** A store whose path nobody can open: what makes no sense is refused before it is tried. */
const lmdbNowhere = (options: object): void => {
  try {
    lmdbStore({ path: join(tmpdir(), 'no\0such'), ...options })
  } catch (error) {
    if (!(error instanceof TypeError) || /null bytes/.test(error.message)) return
    throw error
  }
}

/** Options of a call, checked where they are given. */
const elsewhere = new Set(['timeout', 'drain'])
const checked = groups
  .filter(({ where }) => where !== 'createClient()')
  .flatMap(({ where, settings }) =>
    where.split(', ').flatMap((one) => settings.map((setting) => ({ where: one, setting }))),
  )
  .filter(({ setting }) => !elsewhere.has(setting.name))
const numbers = checked.flatMap(({ where, setting }) => ('least' in setting ? [{ where, setting }] : []))

/** The next number beyond. */
const below = ({ least, unit }: NumberSetting): number => (unit === undefined ? least - 1 : least * 0.999 - 1e-9)
const above = ({ most, unit }: NumberSetting): number => (unit === undefined ? most + 1 : most * 1.001)
describe('each setting', () => {
  test.each(numbers.map(({ where, setting }) => [where, setting.name, setting] as const))(
    'of %s: %s is taken from its least to its most, and refused beyond with a sentence that names it',
    (where, name, setting) => {
      // The window of `monitoring` depends on its interval: see options.test.ts.
      if (!name.endsWith(': window')) for (const value of [setting.least, setting.most]) give(where, setting, value)
      for (const value of [below(setting), above(setting), Number.NaN, 'many', null])
        expect(() => give(where, setting, value), String(value)).toThrow(`${name} is `)
    },
  )

  test('that is a choice is one of those that there are', () => {
    for (const { where, setting } of checked) {
      if (!('choices' in setting)) continue
      for (const choice of setting.choices) give(where, setting, choice)
      expect(() => give(where, setting, 'another')).toThrow(`${setting.name} is '${setting.otherwise}'`)
    }
  })

  test('of a handler is checked where it is given', async () => {
    const { handlerTimeout } = serverSettings
    const one = new WebSocketManager({ port: 0, logger: createLogger({ level: 'silent' }) })
    const register = (timeout: number) => () => one.registerHandler(`in ${timeout}`, () => 'x', { timeout })
    for (const timeout of [handlerTimeout.least, handlerTimeout.most]) register(timeout)()
    for (const timeout of [below(handlerTimeout), above(handlerTimeout)])
      expect(register(timeout)).toThrow('timeout is')
    await one.close({ drain: 0 })
  })
})

describe('each setting of the client', () => {
  const url = 'ws://localhost'
  const limitsOf = (name: string, value: number) => clientSettingsOf({ url, limits: { [name]: value } })

  test('has the default and the least that the client has', () => {
    const { timeout, queue, unheard, explained } = clientSettings
    const defaults: Settings = clientSettingsOf({ url })
    expect(defaults).toEqual({
      timeoutMs: timeout.otherwise,
      queue: queue.otherwise,
      unheard: unheard.otherwise,
      explained: explained.otherwise,
    })
    for (const [name, { least, most }] of Object.entries({ queue, unheard, explained })) {
      for (const value of [least, most]) expect(limitsOf(name, value)).toMatchObject({ [name]: value })
      expect(() => limitsOf(name, least - 1)).toThrow(`limits.${name} is a whole number from ${least}`)
    }
    clientSettingsOf({ url, timeout: timeout.least })
    expect(() => clientSettingsOf({ url, timeout: 0 })).toThrow('timeout is a positive number')
  })

  test('is in the table, all of them', () => {
    expect(Object.keys(clientSettings)).toEqual(['timeout', 'queue', 'unheard', 'explained'])
  })
})

describe('whoever ends the process gives it the time that closing may take', () => {
  const socketsMs = 1_000
  const closingMs = (drainMs: number, plugins: number) =>
    drainMs + endingMs + 2 * patienceMs + socketsMs + plugins * pluginMs + storeCloseMs

  test('systemd', () => {
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(fileOf('backchat.service')) ?? []
    expect(Number(seconds) * 1_000).toBeGreaterThan(closingMs(serverSettings.drain.otherwise, 2))
    const [, files] = /^LimitNOFILE=(\d+)$/m.exec(fileOf('backchat.service')) ?? []
    expect(Number(files)).toBeGreaterThan(serverSettings.maxConnections.otherwise)
  })

  test('Kubernetes', () => {
    const [set] = parseAllDocuments(fileOf('kubernetes.yaml')).map((document) => document.toJS())
    const { terminationGracePeriodSeconds, containers } = set.spec.template.spec
    const preStopMs = containers[0].lifecycle.preStop.sleep.seconds * 1_000
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(preStopMs + closingMs(30_000, 2))
  })
})

test('nginx ends no link that is only silent', () => {
  const [, seconds] = /proxy_read_timeout (\d+)s;/.exec(fileOf('nginx.conf')) ?? []
  expect(Number(seconds) * 1_000).toBeGreaterThan(2 * serverSettings.heartbeat.otherwise)
})

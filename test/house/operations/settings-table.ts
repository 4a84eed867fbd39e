/** The table of docs/operations.md: every setting that is checked, from the description that checks it. */

import { readFileSync, writeFileSync } from 'node:fs'
import { limits } from '@backchat/protocol'
import {
  inspectorSettings,
  requestLogSetting,
  serverSettings,
  storeSettings,
} from '../../../packages/server/src/core/server-settings.js'
import type { Setting } from '../../../packages/server/src/core/setting.js'
import { recoveryNumbers } from '../../../packages/server/src/plugins/guard.js'
import { monitoringNumbers } from '../../../packages/server/src/plugins/monitoring/options.js'
import { durabilitySetting, mapSizeSetting } from '../../../packages/store-lmdb/src/settings.js'

/** Settings and where they are given. */
export interface Group {
  readonly where: string
  readonly settings: readonly Setting[]
}

/** The client checks its options by itself, in fewer bytes; `operations.test.ts` shows that it says the same. */
export const clientSettings = {
  timeout: {
    name: 'timeout',
    unit: 'ms',
    otherwise: 30_000,
    least: Number.MIN_VALUE,
    most: limits.timeoutMs,
    meaning:
      'Until a request settles, or the longest silence of a stream; any positive number, and more counts as the most.',
  },
  queue: {
    name: 'limits.queue',
    otherwise: limits.queue,
    least: 1,
    most: Number.MAX_SAFE_INTEGER,
    meaning: 'Requests that wait for a link; then `QUEUE_FULL`.',
  },
  unheard: {
    name: 'limits.unheard',
    otherwise: limits.unheard,
    least: 0,
    most: Number.MAX_SAFE_INTEGER,
    meaning: 'Pushes of a type that nobody listens to yet; then an `error` event for each.',
  },
  explained: {
    name: 'limits.explained',
    otherwise: 256,
    least: 0,
    most: Number.MAX_SAFE_INTEGER,
    meaning: 'Settled messages that `explain` remembers; the oldest are forgotten first.',
  },
} as const satisfies Record<string, Setting>

export const groups: readonly Group[] = [
  { where: 'manager', settings: [...Object.values(serverSettings), requestLogSetting] },
  { where: 'inspector', settings: Object.values(inspectorSettings) },
  { where: 'memoryStore(), lmdbStore()', settings: Object.values(storeSettings) },
  { where: 'lmdbStore()', settings: [mapSizeSetting, durabilitySetting] },
  { where: 'monitoring()', settings: Object.values(monitoringNumbers) },
  { where: 'recovery()', settings: Object.values(recoveryNumbers) },
  { where: 'createClient()', settings: Object.values(clientSettings) },
]

const begin = '<!-- settings: written by `npm run settings` -->'
const end = '<!-- end of settings -->'

/** The page with the table as it has to be. Throws when there is no place for it. */
export const withTable = (page: string): string => {
  const [before, rest] = page.split(`${begin}\n`)
  const [, after] = (rest ?? '').split(end)
  if (before === undefined || after === undefined) throw new Error(`The page has no place for the table: ${begin}`)
  return `${before}${begin}\n${table()}\n${end}${after}`
}

/** Writes the table into a page. */
export const write = (file: URL): void => writeFileSync(file, withTable(readFileSync(file, 'utf8')))

const table = (): string => {
  const head = ['where', 'setting', 'default', 'from', 'to', 'what it is']
  const rows = groups.flatMap(({ where, settings }) => settings.map((setting) => rowOf(where, setting)))
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const rowOf = (where: string, setting: Setting): readonly string[] => {
  const name = `\`${setting.name.replace(/^\w+: /, '')}\``
  if ('choices' in setting) {
    const others = setting.choices.filter((choice) => choice !== setting.otherwise)
    return [`\`${where}\``, name, `\`${setting.otherwise}\``, `or \`${others.join('`, `')}\``, '', setting.meaning]
  }
  const { unit, otherwise, least, most, meaning } = setting
  const inUnit = (value: number) => `${inDigits(value)}${unit === 'ms' || unit === 'bytes' ? ` ${unit}` : ''}`
  return [
    `\`${where}\``,
    name,
    typeof otherwise === 'number' ? inUnit(otherwise) : otherwise,
    least === Number.MIN_VALUE ? 'above 0' : inUnit(least),
    most === Number.MAX_SAFE_INTEGER ? '' : inUnit(most),
    meaning,
  ]
}

const inDigits = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 10 })

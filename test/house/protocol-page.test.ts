/** PROTOCOL.md is the source of truth, so it and the code name the same rules, the same figures and the same close codes. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeCodes, limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { mostQueuedBytes, patienceMs, slowBytes } from '../../packages/server/src/core/link-socket.js'
import { settingsOf } from '../../packages/server/src/core/settings.js'
import { mostEntries } from '../../packages/server/src/store/journal.js'
import { filesBelow, foldersOf, root } from '../../scripts/workspace.mjs'

const page = readFileSync(join(root, 'docs/PROTOCOL.md'), 'utf8')

const sources = foldersOf('packages')
  .map((folder) => join(root, folder, 'src'))
  .flatMap((src) => filesBelow(src, isSource).map((file) => readFileSync(join(src, file), 'utf8')))

function isSource(file: string): boolean {
  return file.endsWith('.ts') && !file.endsWith('.test.ts')
}

/** The rows of the table in a section, without its head; each is its cells. */
const tableOf = (section: string): readonly (readonly string[])[] => {
  const [, text = ''] = page.split(`\n## ${section}\n`)
  const [rows = ''] = text.split('\n## ')
  return rows
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1))
}

/** The number of a rule stands where the rule is written, in bold. */
const written = new Set([...page.matchAll(/^\*\*\[P-(\d+)\]\*\*/gm)].map(([, n]) => Number(n)))

/** `[P-3]` or `[P-10, P-11]`. A span like `[P-16 … P-21]` cites its ends alone: it would hide a rule that no line enforces. */
const cited = new Set(
  sources
    .flatMap((source) => [...source.matchAll(/\[P-\d+[^\]]*\]/g)])
    .flatMap(([citation]) => [...citation.matchAll(/P-(\d+)/g)].map(([, n]) => Number(n))),
)

describe('the rules of PROTOCOL.md', () => {
  test('each is cited in the sources', () => {
    expect([...written].filter((rule) => !cited.has(rule))).toEqual([])
  })

  test('the sources cite no other', () => {
    expect([...cited].filter((rule) => !written.has(rule))).toEqual([])
  })
})

test('the close codes are those of the code', () => {
  expect(tableOf('8. Close codes').map(([code]) => Number(code))).toEqual(Object.values(closeCodes))
})

test('the limits are those of the code', () => {
  const { maxConnections, maxSessions, maxSessionsPerUser } = settingsOf({ port: 0 })
  const seconds = (ms: number) => `${ms / 1000} s`
  const figures = [
    `${bytes(limits.helloBytes)}, ${seconds(limits.helloMs)}`,
    bytes(limits.tokenBytes),
    `1 to ${limits.nameLength} characters each`,
    bytes(limits.messageBytes),
    bytes(limits.replyBytes),
    `${bytes(limits.envelopeBytes)} more than the message, reply or chunk in it`,
    bytes(limits.bundleBytes),
    `${limits.depth}`,
    `${limits.window} numbers, ${limits.ranges} ranges above the floor`,
    `${count(limits.queue)} requests`,
    `${limits.unheard}`,
    `${limits.streamWindow}, ${bytes(limits.replyBytes)}`,
    `${limits.window}`,
    `${limits.window}`,
    count(mostEntries),
    `${limits.asks}`,
    `${count(limits.logPushes)} pushes, ${bytes(limits.logBytes)}`,
    `${bytes(limits.journalBytes)}, and the newest`,
    `${bytes(slowBytes)} for ${seconds(patienceMs)}, ${bytes(mostQueuedBytes)} ever`,
    `${limits.timeoutMs / 3_600_000} h`,
    count(maxConnections),
    `${count(maxSessions)}, and ${maxSessionsPerUser} of one user`,
  ]
  expect(tableOf('7. Limits').map(([, value]) => value)).toEqual(figures)
})

function bytes(size: number): string {
  return size < 1024 * 1024 ? `${size / 1024} KiB` : `${size / 1024 / 1024} MiB`
}

function count(value: number): string {
  return value.toLocaleString('en')
}

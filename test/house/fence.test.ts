/** The lint fence around the pure folders bites: everything impure that is planted there is found, and nothing else is. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const biome = join(repository, 'node_modules/.bin/biome')

const planted: Record<string, string> = {
  'the wall clock': 'export const now = Date.now()',
  'a new Date': 'export const today = new Date()',
  'the monotonic clock': 'export const now = performance.now()',
  setTimeout: 'setTimeout(() => {}, 1)',
  setInterval: 'setInterval(() => {}, 1)',
  setImmediate: 'setImmediate(() => {})',
  queueMicrotask: 'queueMicrotask(() => {})',
  'Math.random': 'export const dice = Math.random()',
  'Math.random by its key': "export const dice = Math['random']()",
  'Math.random taken out of Math': 'const { random } = Math\nexport const dice = random()',
  crypto: 'export const id = crypto.randomUUID()',
  'a new Promise': 'export const later = new Promise(() => {})',
  'Promise as a type': 'export type Later = Promise<string>',
  'an async function': 'export async function later() {}',
  'an async arrow': 'export const later = async () => {}',
  'an async method of an object': 'export const later = { async now() {} }',
  'an async method of a class': 'export class Later {\n  static async now() {}\n}',
  'an async generator': 'export async function* later() {\n  yield 1\n}',
  await: 'await 1\nexport {}',
  'for await': 'for await (const _ of []) {\n}\nexport {}',
  console: "console.log('here')",
  WebSocket: "export const socket = new WebSocket('ws://localhost')",
  fetch: "fetch('http://localhost')",
  process: "export const mode = process.env['MODE']",
  globalThis: 'export const timer = globalThis.setTimeout',
  window: 'export const timer = window.setTimeout',
  'an import of ws': "import 'ws'",
  'an import of isomorphic-ws': "import WebSocket from 'isomorphic-ws'\nexport { WebSocket }",
  'an import of a type of ws': "import type { WebSocket } from 'ws'\nexport type { WebSocket }",
  'an import of node:crypto': "import { randomUUID } from 'node:crypto'\nexport const id = randomUUID()",
  'an import of node:timers/promises': "import 'node:timers/promises'",
  'an import of nanoid': "import { nanoid } from 'nanoid'\nexport const id = nanoid()",
  'an import of pino': "import { pino } from 'pino'\nexport const log = pino()",
  'a re-export of ws': "export * from 'ws'",
  'a dynamic import': "export const ws = () => import('ws')",
  'an import of a shell': "import '../shell/timer.js'",
  'an import of zod': "import * as z from 'zod/mini'\nexport const text = z.string()",
}

const pure = `/** Decides, and touches nothing. */
export class Outbox {
  #wakeAt = Number.POSITIVE_INFINITY
  handle(input: 'sent' | 'asyncRead', now: number): readonly string[] {
    this.#wakeAt = now + Math.min(1_000, input.length)
    return [input]
  }
  wakeAt(): number {
    return this.#wakeAt
  }
}
`

const folders = [
  'packages/client/src/machine',
  'packages/server/src/machine/journal',
  'packages/server/src/store',
  'packages/protocol/src',
]

const fileOf = (what: string) => `${what.toLowerCase().replace(/\W+/g, '-')}.ts`

/** A copy of the lint configuration, without the repository around it. */
let copy: string
/** For each linted file, the rules that it broke. */
let findings: Map<string, string[]>

async function write(file: string, text: string) {
  await mkdir(dirname(join(copy, file)), { recursive: true })
  await writeFile(join(copy, file), text)
}

function lint(): Promise<Map<string, string[]>> {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--colors=off']
  return new Promise((resolve, reject) => {
    execFile(biome, args, { cwd: copy, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
      try {
        const byFile = new Map<string, string[]>()
        const { diagnostics } = JSON.parse(stdout) as {
          diagnostics: { category: string; location: { path: string } }[]
        }
        for (const { category, location } of diagnostics) {
          byFile.set(location.path, [...(byFile.get(location.path) ?? []), category])
        }
        resolve(byFile)
      } catch (cause) {
        reject(new Error(`biome gave no report:\n${stdout}\n${stderr}`, { cause }))
      }
    })
  })
}

/** The rules that make up the fence; a planted file may break others too, which proves nothing. */
const fenceRules = ['plugin', 'lint/style/noRestrictedGlobals', 'lint/style/noRestrictedImports']
const fenced = (file: string) => (findings.get(file) ?? []).filter((rule) => fenceRules.includes(rule))

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'backchat-fence-'))
  await cp(join(repository, 'biome.json'), join(copy, 'biome.json'))
  await cp(join(repository, 'scripts/lint'), join(copy, 'scripts/lint'), { recursive: true })
  for (const folder of [...folders, 'packages/client/src/shell']) {
    for (const [what, text] of Object.entries(planted)) await write(`${folder}/${fileOf(what)}`, `${text}\n`)
    await write(`${folder}/pure.ts`, pure)
    await write(`${folder}/impure.test.ts`, 'export const now = Date.now() + Math.random()\n')
  }
  await write('packages/protocol/src/schema.ts', `import * as z from 'zod/mini'\nexport const text = z.string()\n`)
  findings = await lint()
})

afterAll(() => rm(copy, { recursive: true, force: true }))

describe.each(folders)('%s', (folder) => {
  test.each(Object.keys(planted))('lint finds %s', (what) => {
    expect(fenced(`${folder}/${fileOf(what)}`)).not.toEqual([])
  })
  test('lint passes a pure file', () => expect(findings.get(`${folder}/pure.ts`)).toBeUndefined())
  test('lint lets a test file use a clock', () => expect(fenced(`${folder}/impure.test.ts`)).toEqual([]))
})

test('a shell may do all of it, but import zod', () => {
  const found = Object.keys(planted).filter((what) => fenced(`packages/client/src/shell/${fileOf(what)}`).length > 0)
  expect(found).toEqual(['an import of zod'])
})

test('the schema file may import zod/mini', () => expect(fenced('packages/protocol/src/schema.ts')).toEqual([]))

test('no pure file lets itself out through the fence', async () => {
  const packages = join(repository, 'packages')
  const isPure = (file: string) =>
    /^(protocol.src|server.src.store|[^/\\]+.src.(.+.)?machine).+\.ts$/.test(file) && !file.endsWith('.test.ts')
  const files = (await readdir(packages, { recursive: true })).filter(isPure)
  expect(files.length).toBeGreaterThan(5)
  const lines = await Promise.all(files.map(async (file) => (await readFile(join(packages, file), 'utf8')).split('\n')))
  const exceptions = lines.flat().filter((line) => line.includes('biome-ignore'))
  // An exception from another rule has its reason beside it; one from everything, or from the fence, has none.
  const allowed = /biome-ignore lint\/(?!plugin|style\/noRestricted)\w+\/\w+: /
  expect(exceptions.filter((line) => !allowed.test(line))).toEqual([])
})

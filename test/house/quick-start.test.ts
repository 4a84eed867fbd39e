/** The quick start of the README, copied into an empty project that installed the packages: what a new user does first works. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { freePort } from '../free-port.js'
import { type PackedProject, packedProject } from './packed.js'

/** The README's code blocks of a language, in order. */
const blocks = (file: string, language: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code = '']) => code,
  )

const [server = '', client = ''] = blocks('README.md', 'js')
const asRequire = (code: string): string =>
  code.replaceAll(/^import (\{.*?\}) from ('.*?')$/gm, 'const $1 = require($2)')

let project: PackedProject
beforeAll(async () => {
  project = await packedProject()
})
afterAll(() => project?.remove())

describe.each([
  ['as ES modules', 'mjs', (code: string) => code],
  ['by require', 'cjs', asRequire],
])('%s', (_, extension, written) => {
  test('server and client talk to each other', async () => {
    const port = String(await freePort())
    const write = (name: string, code: string) =>
      writeFileSync(join(project.dir, `${name}.${extension}`), written(code).replaceAll('8080', port))
    write('server', server)
    write('client', client)
    const running = spawn(process.execPath, [`server.${extension}`], { cwd: project.dir, stdio: 'ignore' })
    try {
      const output = await project.run(process.execPath, ['--no-warnings', `client.${extension}`])
      const lines = output.trim().split('\n')
      expect(lines.filter((line) => line !== 'Welcome!')).toEqual([
        'You said: hello',
        '1 ',
        '2 ',
        '3 ',
        '4 ',
        '5 ',
        'done',
      ])
      expect(lines.filter((line) => line === 'Welcome!')).toHaveLength(1)
    } finally {
      running.kill('SIGKILL')
      await once(running, 'exit')
    }
  })
})

const strict = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--target',
  'es2022',
]

test.each([
  ['nodenext, .mts', ['--module', 'nodenext'], 'mts'],
  ['nodenext, .cts', ['--module', 'nodenext'], 'cts'],
  ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler'], 'ts'],
])('it type-checks under %s', async (_, resolution, extension) => {
  const files = [`server-types.${extension}`, `client-types.${extension}`]
  writeFileSync(join(project.dir, files[0] ?? ''), server)
  writeFileSync(join(project.dir, files[1] ?? ''), client)
  await project.run('tsc', [...strict, ...resolution, ...files])
})

test('the Chinese README shows the same code', () => {
  for (const language of ['js', 'ts', 'sh']) {
    expect(blocks('README.zh-CN.md', language)).toEqual(blocks('README.md', language))
  }
})

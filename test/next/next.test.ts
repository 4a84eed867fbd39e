/** The example of Next.js with the packages as they would be published: its page, the chat, and the links of its own are there. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { root } from '../../scripts/workspace.mjs'
import { packedProject } from '../house/packed.js'
import { dial, newIdentity } from '../integration/server/raw-client.js'

const example = join(root, 'examples/next')

test('a custom server of Next.js serves its page and the chat, and Next.js keeps its own links', async () => {
  const project = await packedProject()
  onTestFinished(() => project.remove())
  const { dependencies } = JSON.parse(await readFile(join(example, 'package.json'), 'utf8'))
  const theirs = Object.entries(dependencies).filter(([name]) => name !== '@backchat/server')
  await project.run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    ...theirs.map(([name, version]) => `${name}@${version}`),
  ])
  for (const file of ['server.mjs', 'app']) await cp(join(example, file), join(project.dir, file), { recursive: true })

  const url = await start(project.dir)
  expect(await (await fetch(url)).text()).toContain('a page of Next.js')
  const client = await dial(`${url.replace('http', 'ws')}/chat`)
  onTestFinished(() => client.terminate())
  client.hello(newIdentity())
  await client.next('welcome')
  client.request(1, 'text', 'hello')
  expect(await client.next('reply')).toMatchObject({ message: { content: 'You said hello' } })

  const reloads = new WebSocket(`${url.replace('http', 'ws')}/_next/hmr`)
  onTestFinished(() => reloads.terminate())
  await once(reloads, 'open')
  client.request(2, 'text', 'still')
  expect(await client.next('reply')).toMatchObject({ message: { content: 'You said still' } })
})

/** Resolves with the address that it says. */
async function start(dir: string): Promise<string> {
  const env = { ...process.env, NODE_ENV: 'development' as const, NEXT_TELEMETRY_DISABLED: '1', PORT: '0' }
  const child = spawn(process.execPath, ['server.mjs'], { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0]
    if (url !== undefined) return url
  }
  throw new Error('The example ended without listening.')
}

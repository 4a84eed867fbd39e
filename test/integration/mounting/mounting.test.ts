/** The examples of mounting, each as a process of its own: the page of the application is there, and so is the chat. */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { dial, newIdentity } from '../server/raw-client.js'

const folder = fileURLToPath(new URL('../../../examples/mounting', import.meta.url))
let secrets: { readonly KEY: string; readonly CERT: string }
const hasOpenssl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0

beforeAll(() => {
  const home = mkdtempSync(join(tmpdir(), 'backchat-certificate-'))
  secrets = { KEY: join(home, 'key.pem'), CERT: join(home, 'cert.pem') }
  const subject = ['-nodes', '-days', '2', '-subj', '/CN=localhost']
  const files = ['-keyout', secrets.KEY, '-out', secrets.CERT]
  if (hasOpenssl)
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...files], { stdio: 'ignore' })
  return () => rmSync(home, { recursive: true })
})

/** Starts an example on a port that is free; resolves with what it says it listens on. */
const start = async (file: string): Promise<string> => {
  const env = { ...process.env, ...secrets, PORT: '0' }
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  for await (const line of createInterface(child.stdout)) {
    const url = /https?:\/\/[^\s"]+/.exec(line)?.[0]
    if (url !== undefined) return url.replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost')
  }
  throw new Error(`${file} ended without listening.`)
}

const answerOf = async (url: string, content: string): Promise<unknown> => {
  const client = await dial(url.replace(/^http/, 'ws'), { rejectUnauthorized: false })
  onTestFinished(() => client.terminate())
  client.hello(newIdentity())
  await client.next('welcome')
  client.request(1, 'text', content)
  return (await client.next('reply'))['message']
}

const pageOf = (url: string): Promise<string> =>
  url.startsWith('http:')
    ? fetch(url).then((response) => response.text())
    : new Promise((resolve, reject) => {
        get(url, { rejectUnauthorized: false }, async (response): Promise<void> => {
          let page = ''
          for await (const piece of response) page += piece
          resolve(page)
        }).on('error', reject)
      })

test.for([
  ['node-http.mjs', 'node:http'],
  ['https.mjs', 'node:https'],
  ['express.mjs', 'Express'],
  ['fastify.mjs', 'Fastify'],
  ['hono.mjs', 'Hono'],
] as const)(
  '%s serves its page and the chat, and nothing at other paths',
  { timeout: 60_000 },
  async ([file, name], { skip }) => {
    skip(file === 'https.mjs' && !hasOpenssl, 'openssl, which makes its certificate, is missing')
    const url = await start(file)
    expect(await pageOf(url)).toBe(`a page of ${name}\n`)
    expect(await answerOf(`${url}/chat`, 'hello')).toMatchObject({ content: 'You said hello' })
    await expect(dial(`${url.replace(/^http/, 'ws')}/other`, { rejectUnauthorized: false })).rejects.toThrow('HTTP 404')
  },
)

test('two-managers.mjs has a chat at each path', async () => {
  const url = await start('two-managers.mjs')
  expect(await answerOf(`${url}/chat`, 'hello')).toMatchObject({ content: 'You said hello' })
  expect(await answerOf(`${url}/support`, 'hello')).toMatchObject({ content: 'We look into hello' })
}, 60_000)

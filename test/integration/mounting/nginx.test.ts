/** A chat behind nginx with the example's configuration: what nginx does to links when it is reloaded, and to silent ones, costs no answer. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@backchat/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findNginx } from '../../../scripts/nginx.mjs'
import { freePort } from '../../free-port.js'
import { dial, newIdentity } from '../server/raw-client.js'
import { portOf, serve } from '../server/serve.js'

const example = fileURLToPath(new URL('../../../examples/mounting/nginx.conf', import.meta.url))
const found = findNginx()

/** It needs no rights, so it gets none. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Runs nginx before a server; `changes` of its configuration: what stands there, and what instead. */
const behind = async (serverPort: number, changes: Readonly<Record<string, string>> = {}) => {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'backchat-nginx-'))
  const given = { 'listen 8080': `listen 127.0.0.1:${port}`, '127.0.0.1:8788': `127.0.0.1:${serverPort}`, ...changes }
  let text = readFileSync(example, 'utf8')
  for (const [there, instead] of Object.entries(given)) {
    expect(text.split(there), there).toHaveLength(2)
    text = text.replace(there, instead)
  }
  writeFileSync(join(folder, 'nginx.conf'), text)
  mkdirSync(join(folder, 'tmp'))
  for (const own of [folder, join(folder, 'tmp')]) if (nobody.uid) chownSync(own, nobody.uid, nobody.gid)
  const program = 'nginx' in found ? found.nginx : ''
  const args = ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf']
  const child = spawn(program, args, { ...nobody, stdio: ['ignore', 'inherit', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece) => {
    said += piece
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true })
  })
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(said)
    await sleep(20)
  }
  const reload = () => promisify(execFile)(program, [...args, '-s', 'reload'], nobody)
  return { url: `ws://127.0.0.1:${port}/chat`, reload }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** A server whose handler takes its time, a client behind nginx, and what became of links and runs. */
const chat = async (changes: Readonly<Record<string, string>> = {}) => {
  const { manager, server } = await serve()
  const runs: number[] = []
  const links: string[] = []
  manager.registerHandler('work', async ({ content }) => {
    runs.push(content.n)
    await sleep(content.ms)
    return content
  })
  manager.registerHandler('story', async function* ({ content }) {
    for (let chunk = 0; chunk < content.chunks; chunk++) {
      await sleep(20)
      yield chunk
    }
  })
  manager.on('connection', ({ resumed }) => links.push(resumed ? 'resumed' : 'new'))
  manager.on('disconnection', () => links.push('lost'))
  const nginx = await behind(portOf(server), changes)
  const client = createClient({ url: nginx.url })
  onTestFinished(() => client.close())
  await client.ready
  const ask = (n: number, ms: number) => client.request('work', { n, ms }, { timeout: 60_000 })
  return { client, ask, runs, links, ...nginx }
}

type Chat = Awaited<ReturnType<typeof chat>>

/** Requests and a stream that are under way for about so long, and whether all of it was right. */
const underWay = ({ client, ask, runs }: Chat, ms: number) => {
  const count = 40
  const answers = Array.from({ length: count }, (_, n) => ask(n, (ms * (n + 1)) / count))
  const story = client.stream('story', { chunks: ms / 20 }, { timeout: 60_000 })
  const read = (async () => {
    const chunks: unknown[] = []
    for await (const chunk of story) chunks.push(chunk)
    return chunks
  })()
  return async () => {
    const contents = (await Promise.all(answers)).map(({ content }) => content.n)
    expect(contents).toEqual(Array.from({ length: count }, (_, n) => n))
    expect([...runs].sort((a, b) => a - b)).toEqual(contents)
    expect(await read).toEqual(Array.from({ length: ms / 20 }, (_, chunk) => chunk))
  }
}

describe.skipIf('missing' in found)(
  'missing' in found ? `a chat behind nginx (${found.missing})` : 'behind nginx',
  () => {
    test('a chat goes on, and a page of the address that nginx is at may connect', async () => {
      const { ask, url, links } = await chat()
      expect(await ask(1, 0)).toMatchObject({ content: { n: 1 } })
      const page = await dial(url, { origin: url.replace('ws', 'http').replace('/chat', '') })
      page.hello(newIdentity())
      await page.next('welcome')
      page.terminate()
      await expect(dial(url, { origin: 'https://evil.example' })).rejects.toThrow('HTTP 403')
      expect(links.slice(0, 2)).toEqual(['new', 'new'])
    })

    test('a reload leaves links alone, and what is under way is answered', async () => {
      const one = await chat()
      const allIsRight = underWay(one, 2_000)
      await sleep(500)
      await one.reload()
      await allIsRight()
      expect(one.links).toEqual(['new'])
    })

    test('a reload that cuts the links of old workers costs no answer, and nothing runs twice', async () => {
      const one = await chat({ 'worker_shutdown_timeout 60s': 'worker_shutdown_timeout 1s' })
      const allIsRight = underWay(one, 4_000)
      await sleep(500)
      await one.reload()
      await allIsRight()
      expect(one.links).toContain('lost')
      expect(one.links.filter((link) => link !== 'lost')).toEqual(['new', 'resumed'])
    })

    test('links that are cut because nothing came for too long are back when something is asked', async () => {
      const { ask, links } = await chat({ 'proxy_read_timeout 75s': 'proxy_read_timeout 1s' })
      await expect.poll(() => links.slice(0, 3), { timeout: 20_000 }).toEqual(['new', 'lost', 'resumed'])
      expect(await ask(1, 0)).toMatchObject({ content: { n: 1 } })
    })
  },
)

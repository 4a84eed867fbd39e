/** The set-up of the scenarios: client → chaos proxy → a server in a process of its own, all on real sockets. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@backchat/client'
import { type ChaosProxy, chaosProxy } from '@backchat/testing'
import { freePort } from '../../free-port.js'

const serverFile = fileURLToPath(new URL('chat-server.mjs', import.meta.url))

export class SetUp {
  readonly proxy: ChaosProxy
  readonly client: ReturnType<typeof newClient>
  readonly #folder: string
  readonly #port: number
  #server: ChildProcess

  private constructor(folder: string, port: number, server: ChildProcess, proxy: ChaosProxy) {
    this.#folder = folder
    this.#port = port
    this.#server = server
    this.proxy = proxy
    this.client = newClient(proxy.port)
  }

  static async start(): Promise<SetUp> {
    const folder = mkdtempSync(join(tmpdir(), 'backchat-scenario-'))
    const port = await freePort()
    const server = await startServer(port, folder)
    return new SetUp(folder, port, server, await chaosProxy({ target: { port } }))
  }

  /** How often handlers of this type ran, as their own notes say. */
  runs(type: string): number {
    const file = join(this.#folder, 'runs')
    if (!existsSync(file)) return 0
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`${type} `)).length
  }

  async killServer(): Promise<void> {
    const exit = once(this.#server, 'exit')
    this.#server.kill('SIGKILL')
    await exit
  }

  async startServer(): Promise<void> {
    this.#server = await startServer(this.#port, this.#folder)
  }

  async stop(): Promise<void> {
    await this.client.close()
    await this.proxy.close()
    if (this.#server.exitCode === null && this.#server.signalCode === null) await this.killServer()
    rmSync(this.#folder, { recursive: true })
  }
}

const newClient = (port: number) => createClient({ url: `ws://127.0.0.1:${port}`, init: () => undefined })

async function startServer(port: number, folder: string): Promise<ChildProcess> {
  const server = fork(serverFile, [String(port), join(folder, 'runs')], { execArgv: [] })
  const failed = once(server, 'exit').then(([code]) => Promise.reject(new Error(`The server ended with ${code}.`)))
  await Promise.race([once(server, 'message'), failed])
  failed.catch(() => {})
  return server
}

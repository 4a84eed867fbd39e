/** The server as a process, which can be killed, frozen and asked to end; another one follows at the same port. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ending } from './history.js'
import type { Recorder } from './recorder.js'

export interface ServerProcessOptions {
  /** The script to run; see `server.mjs` for what it is given. */
  readonly script: string
  readonly port: number
  readonly historyPath: string
  readonly store: 'memory' | 'lmdb'
  readonly storePath: string
  readonly drainMs: number
  readonly history: Recorder
}

/** A process that was asked to end and drained may take so much longer to go: it may be frozen meanwhile. */
const graceMs = 15_000

interface Running {
  readonly child: ChildProcess
  readonly server: number
  /** Whether somebody has sent a signal that ends it. */
  ending: boolean
  /** Asked to end, it did not, and was killed. */
  overdue: boolean
  thaw: NodeJS.Timeout | undefined
}

export class ServerProcess {
  readonly #options: ServerProcessOptions
  #servers = 0
  #running: Running | undefined
  #listening: Promise<void>
  #downMs = 0
  #stopped = false
  readonly #over: Promise<void>

  private constructor(options: ServerProcessOptions) {
    this.#options = options
    this.#listening = this.#start()
    this.#over = this.#keep()
    this.#over.catch(() => {})
  }

  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options)
    await server.#listening
    return server
  }

  /** SIGKILL, as soon as there is one that listens. */
  async kill(downMs: number): Promise<void> {
    const running = await this.#listeningOne()
    if (running) this.#end(running, 'kill', downMs)
  }

  /** SIGTERM: it drains and exits. One that does not is killed, and that is trouble. */
  async restart(downMs: number): Promise<void> {
    const running = await this.#listeningOne()
    if (running) this.#end(running, 'restart', downMs)
  }

  /** SIGSTOP, and SIGCONT after that time. */
  async freeze(forMs: number): Promise<void> {
    const running = await this.#listeningOne()
    if (!running || running.thaw) return
    signal(running, 'SIGSTOP')
    running.thaw = setTimeout(() => {
      running.thaw = undefined
      signal(running, 'SIGCONT')
    }, forMs)
  }

  /** Waits for one that listens, is not frozen, and was not asked to end. */
  async calm(): Promise<void> {
    for (;;) {
      const running = await this.#listeningOne()
      if (!running || (!running.ending && !running.thaw)) return
      await sleep(20)
    }
  }

  /** Ends it for good, by SIGTERM. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#listening.catch(() => {})
    const running = this.#running
    if (running && !running.ending) this.#end(running, 'restart', 0)
    await this.#over
  }

  /** At once, whatever state it is in. */
  abort(): void {
    this.#stopped = true
    if (this.#running) signal(this.#running, 'SIGKILL')
  }

  async #listeningOne(): Promise<Running | undefined> {
    while (!this.#stopped) {
      await this.#listening
      if (this.#running && lives(this.#running)) return this.#running
      // It has just ended, and the next one is not on its way yet.
      await sleep(5)
    }
    return undefined
  }

  async #start(): Promise<void> {
    this.#servers += 1
    const server = this.#servers
    const { script, port, historyPath, store, storePath, drainMs } = this.#options
    const args = [String(port), historyPath, store, storePath, String(server), String(drainMs)]
    const child = fork(script, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#running = { child, server, ending: false, overdue: false, thaw: undefined }
    const exit = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The server ended with ${code ?? signal} before it listened.`)
    })
    await Promise.race([once(child, 'message'), exit])
    exit.catch(() => {})
  }

  /** Whenever it ends another one is started, until it is stopped. */
  async #keep(): Promise<void> {
    while (true) {
      await this.#listening
      const running = this.#running
      if (running) await this.#untilItEnds(running)
      if (this.#stopped) return
      this.#listening = sleep(this.#downMs).then(() => this.#start())
    }
  }

  async #untilItEnds(running: Running): Promise<void> {
    const { child, server } = running
    if (lives(running)) await once(child, 'exit')
    clearTimeout(running.thaw)
    const trouble = troubleOf(running)
    this.#options.history.write({ kind: 'ended', server, ...(trouble !== undefined && { trouble }) })
  }

  #end(running: Running, how: Ending['how'], downMs: number): void {
    const { server, child } = running
    this.#downMs = downMs
    this.#options.history.write({ kind: 'ending', server, how })
    const isFirst = !running.ending
    running.ending = true
    signal(running, how === 'kill' ? 'SIGKILL' : 'SIGTERM')
    if (how === 'kill' || !isFirst) return
    const impatient = setTimeout(() => {
      running.overdue = true
      signal(running, 'SIGKILL')
    }, this.#options.drainMs + graceMs)
    child.once('exit', () => clearTimeout(impatient))
  }
}

function troubleOf({ child: { exitCode, signalCode }, ending, overdue }: Running): string | undefined {
  if (overdue) return 'it was asked to end, and did not'
  return exitCode === 0 || (signalCode === 'SIGKILL' && ending) ? undefined : `it ended with ${exitCode ?? signalCode}`
}

function lives({ child }: Running): boolean {
  return child.exitCode === null && child.signalCode === null
}

function signal(running: Running, name: NodeJS.Signals): void {
  if (running.child.pid !== undefined && lives(running)) process.kill(running.child.pid, name)
}

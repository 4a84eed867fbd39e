/** A process that is measured: on a core of its own where that can be had, and gone when it is not needed any more. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Command, Commands, Outcome } from './commands.js'
import { cpuMsOf } from './usage.js'

/** Without it, results of one machine fall into camps a factor of 2 apart. */
export const pinned = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0

/** Kilobytes, of a session's memory too, are counted after garbage was collected. */
const nodeOptions = ['--expose-gc', '--enable-source-maps']

export interface ChildOptions {
  readonly script: string
  readonly args: readonly string[]
  readonly core: number
  /** Where to write what the profiler saw, if it is to look. */
  readonly profileTo: string | undefined
}

/** `C` are the commands that it obeys. */
export class Child<C extends Commands> {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  #next = 1

  private constructor(process: ChildProcess) {
    this.#process = process
    process.on('message', (outcome: Outcome) => this.#settle(outcome))
    process.once('exit', (code, signal) => this.#over(new Error(`A measured process ended with ${code ?? signal}.`)))
  }

  /** Settles when it is ready. */
  static async start<C extends Commands>({ script, args, core, profileTo }: ChildOptions): Promise<Child<C>> {
    const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`]
    const command = [process.execPath, ...nodeOptions, ...profile, script, ...args]
    const [program = '', ...rest] = pinned ? ['taskset', '-c', String(core), ...command] : command
    const child = new Child<C>(spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
    await new Promise((resolve, reject) => child.#waiting.set(0, { resolve, reject }))
    return child
  }

  /** What it has used of the processor, in milliseconds; it is not asked. */
  get cpuMs(): number {
    return cpuMsOf(this.#process.pid ?? 0) ?? Number.NaN
  }

  /** Tells it to do something, and settles with what came of it. */
  tell<Name extends keyof C & string>(
    name: Name,
    ...[argument]: Parameters<C[Name]>
  ): Promise<Awaited<ReturnType<C[Name]>>> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send({ id, name, argument } satisfies Command)
    })
  }

  /** In order; the profiler writes what it saw. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.disconnect()
    const impatient = setTimeout(() => this.#process.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(impatient)
  }

  /** As a power cut would, for the process at least. */
  async kill(): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting.get(outcome.id)
    this.#waiting.delete(outcome.id)
    if ('failed' in outcome) waiting?.reject(new Error(outcome.failed))
    else waiting?.resolve(outcome.result as never)
  }

  #over(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** Processes that are asked and answer: this process' side, and theirs. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

interface Question {
  readonly n: number
  readonly ask: string
  readonly given?: unknown
}

interface Answer {
  readonly n: number
  readonly answer?: unknown
}

/** A process that was asked to end has this long to do so by itself. */
const endMs = 15_000

/** A process that runs a module beside this one, and answers its questions. */
export class Offspring {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  readonly #exit: Promise<string | undefined>
  #questions = 0
  #isGone: (ended: Error) => void = () => {}
  readonly #gone: Promise<never>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#gone = new Promise((_, reject) => {
      this.#isGone = reject
    })
    this.#gone.catch(() => {})
    this.#exit = once(child, 'exit').then(([code, signal]) => {
      this.#isGone(new Error(`A process ended with ${code ?? signal}.`))
      return code === 0 ? undefined : `ended with ${code ?? signal}`
    })
    child.on('message', ({ n, answer }: Answer) => {
      this.#waiting.get(n)?.(answer)
      this.#waiting.delete(n)
    })
  }

  /** `folder` holds `process.mjs` and the module; resolves when the module answers. */
  static async start(folder: URL, module: string, ...args: readonly unknown[]): Promise<Offspring> {
    const script = fileURLToPath(new URL('process.mjs', folder))
    const given = [fileURLToPath(new URL(module, folder)), ...args.map((each) => JSON.stringify(each))]
    const child = fork(script, given, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const offspring = new Offspring(child)
    await Promise.race([new Promise((resolve) => offspring.#waiting.set(0, resolve)), offspring.#gone])
    return offspring
  }

  /** SIGSTOP, and SIGCONT after that time. */
  async freeze(forMs: number): Promise<void> {
    this.#child.kill('SIGSTOP')
    await sleep(forMs)
    this.#child.kill('SIGCONT')
  }

  /** Rejects when the process ends instead. */
  async ask<Answered>(ask: string, given?: unknown): Promise<Answered> {
    this.#questions += 1
    const n = this.#questions
    const answer = new Promise<unknown>((resolve) => this.#waiting.set(n, resolve))
    this.#child.send({ n, ask, given } satisfies Question)
    return (await Promise.race([answer, this.#gone])) as Answered
  }

  /** Asks it to end, and says what was wrong with that; undefined: nothing. */
  async end(): Promise<string | undefined> {
    await this.ask('end').catch(() => {})
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), endMs)
    const wrong = await this.#exit
    clearTimeout(impatient)
    return wrong
  }

  /** At once. */
  abort(): void {
    this.#child.kill('SIGKILL')
  }
}

/** What such a module does first. When it has answered `end`, nothing may keep it alive. */
export function answering(answers: Readonly<Record<string, (given: never) => unknown>>): void {
  // Whoever started it is gone: so is it.
  const orphaned = () => process.exit(1)
  process.once('disconnect', orphaned)
  process.on('message', async ({ n, ask, given }: Question) => {
    const answer = await answers[ask]?.(given as never)
    process.send?.({ n, answer } satisfies Answer)
    if (ask !== 'end') return
    process.off('disconnect', orphaned)
    process.disconnect()
  })
  process.send?.({ n: 0 } satisfies Answer)
}

/** What a module was started with. */
export const argument = <Given>(index: number): Given => JSON.parse(process.argv[3 + index] ?? 'null')

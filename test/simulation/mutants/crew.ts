/** Workers that hunt for planted bugs at the same time, each for one after the other. */

import { parentPort, Worker } from 'node:worker_threads'
import { type Catch, hunt } from './hunt.js'

export interface CrewOptions {
  /** The script that each worker runs; it calls {@link work}. */
  readonly script: URL
  readonly workers: number
  /** What to hunt for. */
  readonly names: readonly string[]
  /** So many lives at most, for each. */
  readonly most: number
}

/** What a worker is told, and what it answers. */
interface Task {
  readonly name: string
  readonly most: number
}
interface Answer {
  readonly name: string
  readonly found: Catch | undefined
}

/** Hunts for all of them. What is not in the answer was not found. */
export async function huntAll({ script, workers, names, most }: CrewOptions): Promise<Map<string, Catch>> {
  const found = new Map<string, Catch>()
  const left = [...names]
  const next = () => left.shift()
  const hunters = Array.from({ length: Math.min(workers, names.length) }, () =>
    employ(script, most, next, (answer) => answer.found && found.set(answer.name, answer.found)),
  )
  await Promise.all(hunters)
  return found
}

/** Keeps one worker busy until nothing is left. */
function employ(
  script: URL,
  most: number,
  next: () => string | undefined,
  answered: (answer: Answer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script)
    const goOn = () => {
      const name = next()
      if (name === undefined) void worker.terminate().then(() => resolve(), reject)
      else worker.postMessage({ name, most } satisfies Task)
    }
    worker.on('message', (answer: Answer) => {
      answered(answer)
      goOn()
    })
    worker.on('error', reject)
    goOn()
  })
}

/** What a worker does. */
export function work(): void {
  parentPort?.on('message', ({ name, most }: Task) => {
    parentPort?.postMessage({ name, found: hunt(name, most) } satisfies Answer)
  })
}

/** Workers that live through seeds at the same time, each on a processor of its own. */

import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { parentPort, Worker } from 'node:worker_threads'
import { mutants } from './mutants/mutants.js'
import { simulate } from './simulate.js'
import { type Sum, Tally } from './tally.js'
import type { Mutation } from './world.js'

export interface CrewOptions {
  /** The script that each worker runs; it calls {@link work}. */
  readonly script: URL
  readonly seed: number
  readonly runs: number
  /** No more seeds are dealt after so many seconds. */
  readonly withinSeconds: number
  /** Default: as many as there are processors. */
  readonly workers?: number | undefined
  readonly mutant?: string | undefined
}

/** Seeds that are dealt to a worker at once. They are dealt in ascending order, so that what was lived through is always a beginning. */
interface Deal {
  readonly first: number
  readonly count: number
  readonly mutant: string | undefined
}

const dealSize = 50

/** What a life leaves behind dies with it: with so much room little of it is ever moved. */
const maxYoungGenerationSizeMb = 96

/**
 * A life runs through more than a thousand functions, each of them a little: to compile them takes V8 a fifth of the time of some
 * thousand lives. It takes less when half as much is put into one another as by default; in the long run neither is faster.
 */
const compileLess = ['--max-inlined-bytecode-size=230', '--max-inlined-bytecode-size-cumulative=460']

/** Lives through as many of the seeds as there is time for. */
export async function runAll({ workers = availableParallelism(), ...options }: CrewOptions): Promise<Tally> {
  for (const flag of compileLess) setFlagsFromString(flag)
  const tally = new Tally()
  const deal = dealer(options)
  await Promise.all(Array.from({ length: Math.max(1, workers) }, () => employ(options.script, deal, tally)))
  return tally
}

function dealer({ seed, runs, withinSeconds, mutant }: CrewOptions): () => Deal | undefined {
  const end = seed + runs
  const until = performance.now() + withinSeconds * 1_000
  let next = seed
  return () => {
    if (next >= end || performance.now() > until) return undefined
    const first = next
    next = Math.min(end, first + dealSize)
    return { first, count: next - first, mutant }
  }
}

/** Keeps one worker busy until nothing is dealt any more. */
function employ(script: URL, deal: () => Deal | undefined, tally: Tally): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb } })
    const next = () => {
      const seeds = deal()
      if (seeds) worker.postMessage(seeds)
      else void worker.terminate().then(() => resolve(), reject)
    }
    worker.on('message', (sum: Sum) => {
      tally.merge(sum)
      next()
    })
    worker.on('error', reject)
    next()
  })
}

/** What a worker does. */
export function work(): void {
  parentPort?.on('message', ({ first, count, mutant }: Deal) => {
    const tally = new Tally()
    const planted = mutation(mutant)
    for (let seed = first; seed < first + count; seed++) tally.add(simulate({ seed, ...planted }))
    parentPort?.postMessage(tally.sum)
  })
}

/** The planted bug of that name, as an option of {@link simulate}. */
export function mutation(name: string | undefined): { readonly mutation?: Mutation } {
  if (name === undefined) return {}
  const mutation = mutants[name]
  if (!mutation) throw new Error(`no such mutant: ${name}`)
  return { mutation }
}

/** Plays the same random operations to a store and to the memory store: all results must be the same. */

import { type MemoryStore, type Operation, type Result, storeInMemory } from '@backchat/server/store'
import fc from 'fast-check'
import { differenceOf } from './expect.js'
import { type Known, learn, nothingKnown, type Step, steps } from './moves.js'
import type { OpenedStore, OpenStore } from './store-case.js'

export interface ModelOptions {
  readonly open: OpenStore
  /** How many plays; default 100. */
  readonly runs?: number
  /** The same seed gives the same plays; default: another one each time, told when it fails. */
  readonly seed?: number
}

/** Few, so that they matter. */
const bounds = { maxSessions: 3, maxSessionsPerUser: 2 }

/**
 * Rejects when a store answers otherwise than the memory store. The error holds the seed, and the shortest play that was found to show
 * it, as the operations that were carried out.
 */
export const sameAsReference = async ({ open, runs = 100, seed }: ModelOptions): Promise<void> => {
  const property = fc.asyncProperty(steps, async (steps) => {
    const play = new Play(await open(bounds))
    try {
      await play.all(steps)
    } finally {
      await play.close()
    }
  })
  const found = await fc.check(property, { numRuns: runs, ...(seed !== undefined && { seed }) })
  if (!found.failed) return
  const { errorInstance: error } = found
  throw new Error(`A play with seed ${found.seed} differs: ${error instanceof Error ? error.message : error}`, {
    cause: error,
  })
}

class Play {
  #opened: OpenedStore
  readonly #reference: MemoryStore
  readonly #known: Known = nothingKnown()
  readonly #told: string[] = []
  #now = 0

  constructor(opened: OpenedStore) {
    this.#opened = opened
    this.#reference = storeInMemory({ ...bounds, now: () => this.#now })
  }

  async all(steps: readonly Step[]): Promise<void> {
    const enlisted = ['a', 'b'].map((owner) => ({ op: 'enlist', owner, leaseMs: 5_000 }) as const)
    await this.#batch(enlisted)
    for (const step of steps) await this.#step(step)
  }

  async close(): Promise<void> {
    await this.#opened.store.close()
  }

  async #step(step: Step): Promise<void> {
    const { advance, reopen } = this.#opened
    if (step.step === 'batch') return this.#batch(step.moves.map(({ move }) => move(this.#known)))
    if (step.step === 'advance' && advance !== undefined) {
      this.#told.push(`${step.ms} ms pass`)
      this.#now += step.ms
      await advance(step.ms)
    }
    if (step.step === 'reopen' && reopen !== undefined) {
      this.#told.push('it is opened again')
      this.#opened = { ...this.#opened, store: await reopen() }
    }
  }

  async #batch(operations: readonly Operation[]): Promise<void> {
    this.#told.push(JSON.stringify(operations))
    const expected = this.#reference.apply(operations)
    const actual = await this.#opened.store.apply(operations)
    const difference = differenceOf(this.#plain(actual), this.#plain(expected), 'whole')
    if (difference !== undefined) throw new Error(`${difference}, after:\n${this.#told.map(shortened).join('\n')}`)
    for (const [index, operation] of operations.entries()) learn(this.#known, operation, expected[index])
  }

  /** Without the order of what has none, and without times where the clock is not ours. */
  #plain(results: readonly Result[]): readonly unknown[] {
    return results.map((result) => {
      if (result.op === 'append') return { ...result, appended: sorted(result.appended) }
      if (result.op === 'renew' && result.status === 'ok') return { ...result, notes: sorted(result.notes) }
      if (result.op !== 'read' || result.status !== 'ok' || this.#opened.advance !== undefined) return result
      return { ...result, pushes: result.pushes.map((push) => ('leftMs' in push ? { ...push, leftMs: 0 } : push)) }
    })
  }
}

const sorted = (items: readonly object[]): readonly object[] =>
  [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

/** Long contents are of one letter. */
const shortened = (text: string): string => text.replace(/([abc])\1{20,}/g, '$1…')

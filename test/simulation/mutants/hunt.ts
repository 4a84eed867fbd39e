/** Looks for the first seed whose life a planted bug breaks. */

import { simulate, type Violation } from '../simulate.js'
import { mutants } from './mutants.js'

/** What found a bug. */
export interface Catch {
  readonly promise: string
  readonly seed: number
}

/** So many lives at most. */
export const mostLives = 10_000

export function hunt(name: string, most = mostLives): Catch | undefined {
  for (let seed = 1; seed <= most; seed++) {
    const broken = brokenWith(name, seed)
    // A life that is broken without the bug proves nothing.
    if (broken && !brokenWithout(seed)) return { promise: broken.promise, seed }
  }
  return undefined
}

/** What is broken in the life of that seed when the bug is planted. */
export function brokenWith(name: string, seed: number): Violation | undefined {
  const mutation = mutants[name]
  if (!mutation) throw new Error(`no such mutant: ${name}`)
  return simulate({ seed, mutation }).violations[0]
}

/** The same of the honest machines. */
export function brokenWithout(seed: number): Violation | undefined {
  return simulate({ seed }).violations[0]
}

/** A run that ended in a complaint: played again, and made as small as it can be. */

import type { ClientAct, ServerAct } from './act.js'
import { ClientWorld } from './client-world.js'
import { type Act, type FuzzOptions, fuzz, type Side } from './fuzz.js'
import { ServerWorld } from './server-world.js'

export interface Failure {
  readonly side: Side
  readonly seed: number
  /** After how many acts. */
  readonly after: number
  readonly complaint: string
  /** The fewest acts found that lead there. */
  readonly acts: readonly Act[]
}

/** So long at most it looks for fewer acts. */
const patienceMs = 60_000

/** Undefined when all went well, to the end. */
export function failureOf(
  side: Side,
  options: Pick<FuzzOptions, 'seed' | 'frames' | 'around'>,
  thrown: unknown,
): Failure {
  const acts: Act[] = []
  try {
    fuzz(side, { ...options, record: (act) => acts.push(act) })
  } catch {
    // It is known: what counts is what was done until then.
  }
  const complaint = inWords(thrown)
  return {
    side,
    seed: options.seed,
    after: acts.length,
    complaint,
    acts: shrink(side, acts, headOf(complaint), options.around),
  }
}

/** What a world says to these acts, and to its end. */
export function complaintOf(side: Side, acts: readonly Act[], around?: FuzzOptions['around']): string | undefined {
  try {
    if (side === 'server') playAll(new ServerWorld(undefined, around), acts as readonly ServerAct[])
    else playAll(new ClientWorld(), acts as readonly ClientAct[])
    return undefined
  } catch (thrown) {
    return inWords(thrown)
  }
}

function playAll<A extends Act>(world: { play(act: A): void; end(): void }, acts: readonly A[]): void {
  for (const act of acts) world.play(act)
  world.end()
}

/** First only the last acts, as few as will do; then without halves, quarters, and so on down to single ones. */
function shrink(side: Side, acts: readonly Act[], head: string, around: FuzzOptions['around']): readonly Act[] {
  const end = Date.now() + patienceMs
  const isBroken = (some: readonly Act[]) => headOf(complaintOf(side, some, around) ?? '') === head
  let smallest = acts
  for (let count = 16; count < acts.length; count *= 4) {
    const last = acts.slice(-count)
    if (!isBroken(last)) continue
    smallest = last
    break
  }
  for (let size = Math.ceil(smallest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && Date.now() < end; ) {
      const rest = [...smallest.slice(0, at), ...smallest.slice(at + size)]
      if (isBroken(rest)) smallest = rest
      else at += size
    }
  }
  return smallest
}

/** What stays the same when numbers in it change. */
const headOf = (complaint: string): string => (complaint.split('\n')[0] ?? '').replaceAll(/\d+|"[^"]*"|\{.*\}/g, '…')

function inWords(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

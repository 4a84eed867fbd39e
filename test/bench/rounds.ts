/** Rounds: in each everybody does everything once, one peer after another for each workload, in another order each time. */

import type { Results, Round } from './measures.js'
import { Pair, type Scripts } from './pair.js'
import type { PeerName } from './peers/peers.js'
import { ready, type Scale, type Workload } from './workloads.js'

export interface RoundsOptions {
  readonly names: readonly PeerName[]
  readonly workloads: readonly Workload[]
  readonly scale: Scale
  readonly scripts: Scripts
  readonly tell: (progress: string) => void
}

export async function measureRounds(options: RoundsOptions): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let i = 0; i < options.scale.rounds; i++) {
    options.tell(`round ${i + 1} of ${options.scale.rounds}`)
    rounds.push(await measureRound(options, i))
  }
  return rounds
}

/** Processes live for one round: where one of them happens to be placed, and what it compiled first, is drawn anew each time. */
async function measureRound(options: RoundsOptions, round: number): Promise<Round> {
  const results = new Map<PeerName, Results>(options.names.map((name) => [name, {}]))
  const add = (name: PeerName, more: Results) => results.set(name, { ...results.get(name), ...more })
  const pairs: Pair[] = []
  try {
    for (const name of options.names) {
      const pair = await Pair.start(name, options.scripts)
      pairs.push(pair)
      await ready(pair)
    }
    for (const [i, workload] of options.workloads.filter(({ fresh }) => !fresh).entries()) {
      options.tell(`  ${workload.name}`)
      for (const pair of turned(pairs, round + i)) {
        add(pair.name, await measured(pair.name, options, () => workload.measure(pair, options.scale)))
      }
    }
  } finally {
    await Promise.all(pairs.map((pair) => pair.stop()))
  }
  for (const [i, workload] of options.workloads.filter(({ fresh }) => fresh).entries()) {
    options.tell(`  ${workload.name}`)
    for (const name of turned(options.names, round + i)) {
      add(name, await measured(name, options, () => alone(name, workload, options)))
    }
  }
  return Object.fromEntries(results)
}

/** A peer that fails has no figures; it is told, and the others go on. */
async function measured(name: PeerName, { tell }: RoundsOptions, measure: () => Promise<Results>): Promise<Results> {
  try {
    return await measure()
  } catch (error) {
    tell(`    ${name} failed: ${error instanceof Error ? error.message : error}`)
    return {}
  }
}

async function alone(name: PeerName, workload: Workload, { scripts, scale }: RoundsOptions): Promise<Results> {
  const pair = await Pair.start(name, scripts)
  try {
    return await workload.measure(pair, scale)
  } finally {
    await pair.stop()
  }
}

const turned = <T>(all: readonly T[], by: number): readonly T[] => {
  const start = by % all.length
  return [...all.slice(start), ...all.slice(0, start)]
}

/** What a person needs to know of one life, and what a person or a machine needs to know of many. */

import type { Figures } from './figures.js'
import type { Scenario } from './scenario.js'
import type { Life } from './simulate.js'
import type { Broken, LivesWith, Tally } from './tally.js'

/** More than these are not worth reading; a life that was made smaller has few. */
const mostAsks = 12

/** One life: what was planned, what happened last, and which promise it broke. */
export function story({ scenario, violations, lines, hash, facts, lasted, figures }: Life): string {
  const { seed, clients, server, nodes, asks, pushes, questions, faults } = scenario
  const few = (name: string, things: readonly object[]) =>
    things.length > mostAsks
      ? [`  ${things.length} of ${name}`]
      : things.map((each) => `  ${name} ${JSON.stringify(each)}`)
  return [
    `seed ${seed}: ${facts} facts in ${lasted} ms of virtual time, trace ${hash}`,
    `clients ${JSON.stringify(clients)}`,
    `server ${JSON.stringify(server)}`,
    `nodes ${JSON.stringify(nodes)}`,
    ...few('ask', asks),
    ...few('push', pushes),
    ...few('question', questions),
    ...faults.map(({ atMs, fault }) => `  ${atMs} ${JSON.stringify(fault)}`),
    `healed at ${scenario.healAtMs}`,
    ...lines,
    `figures ${JSON.stringify(figures)}`,
    ...violations.map(({ promise, how }) => `BROKEN ${promise}: ${how}`),
    `replay: pnpm sim --seed ${seed}`,
  ].join('\n')
}

export interface Cost {
  readonly seconds: number
  readonly workers: number
  readonly cpuSeconds: number
}

/** Many lives. This is what `--json` prints. */
export interface Report extends Cost {
  readonly runs: number
  readonly perSecondAndProcessor: number
  readonly cpuMsPerLife: number
  /** Of what was asked with patience and can succeed. */
  readonly successRate: number
  readonly factsPerLife: number
  readonly faultsPerLife: number
  /** In how many lives it happened at all. */
  readonly livesWith: LivesWith
  /** Sums over all lives. */
  readonly figures: Figures
  /** The same for the same lives, however many workers lived through them. */
  readonly fingerprint: string
  readonly brokenLives: number
  /** The first promise that each of them broke, and of the first few lives what is left of them when they are made small. */
  readonly violations: readonly (Broken & { readonly scenario?: Scenario; readonly trace?: readonly string[] })[]
}

export function reportOf(tally: Tally, cost: Cost, shrunk: readonly Life[]): Report {
  const { lives, figures, livesWith, brokenLives, broken, successRate, facts, fingerprint } = tally
  return {
    runs: lives,
    ...cost,
    perSecondAndProcessor: lives / cost.seconds / cost.workers,
    cpuMsPerLife: (cost.cpuSeconds / lives) * 1_000,
    successRate,
    factsPerLife: facts / lives,
    faultsPerLife: figures.faults / lives,
    livesWith,
    figures,
    fingerprint: (fingerprint >>> 0).toString(16).padStart(8, '0'),
    brokenLives,
    violations: broken.map((violation) => {
      const life = shrunk.find(({ scenario }) => scenario.seed === violation.seed)
      return life ? { ...violation, scenario: life.scenario, trace: life.lines } : violation
    }),
  }
}

/** Many lives in one line. */
export function summary(report: Report): string {
  const { runs, seconds, figures, livesWith, brokenLives, violations, successRate } = report
  const inLives = (name: keyof LivesWith) => percent(livesWith[name] / runs)
  return [
    `${runs} lives in ${seconds.toFixed(1)} s, ${Math.round(report.perSecondAndProcessor)} a second and processor, ${report.cpuMsPerLife.toFixed(1)} ms of CPU each`,
    `${Math.round(report.factsPerLife)} facts and ${report.faultsPerLife.toFixed(1)} faults each`,
    `a reply was lost after its handler ran in ${inLives('repliesLost')}`,
    `a stream was cut in ${inLives('streamsCut')}`,
    `a server ended with handlers at work in ${inLives('restartsAtWork')}`,
    `another node answered in ${inLives('answeredElsewhere')}, a lease was lost in ${inLives('leasesLost')}`,
    `pushes were past retention in ${inLives('gaps')}`,
    `sessions were resumed in ${inLives('resumed')}, reset in ${inLives('resets')}`,
    `${figures.succeeded} of ${figures.wanted} patient requests succeeded (${percent(successRate)}), ${figures.unknown} ended unknown`,
    brokenLives === 0
      ? 'every promise kept'
      : `${brokenLives} lives broke a promise: seeds ${violations.map(({ seed }) => seed).join(' ')}`,
  ].join('; ')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** What a person needs to know of a life that broke a promise: which, what was planned, and what happened last. */

import type { Life } from './simulate.js'
import type { Tally } from './tally.js'

/** More asks than these are not worth reading; a life that was made smaller has few. */
const mostAsks = 12

export function report({ scenario, violations, lines, hash, facts, lasted, figures }: Life): string {
  const { seed, clients, server, faults, pushes } = scenario
  return [
    `seed ${seed}: ${facts} facts in ${lasted} ms of virtual time, trace ${hash}`,
    `clients ${JSON.stringify(clients)}`,
    `server ${JSON.stringify(server)}`,
    ...(scenario.asks.length > mostAsks ? [] : scenario.asks.map((ask) => `  ask ${JSON.stringify(ask)}`)),
    ...(pushes.length > mostAsks ? [] : pushes.map((push) => `  push ${JSON.stringify(push)}`)),
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

/** Many lives in one line. */
export function summary(tally: Tally, { seconds, workers, cpuSeconds }: Cost): string {
  const { lives, facts, figures, livesWith, brokenLives, broken, successRate } = tally
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const inLives = (count: number) => percent(count / lives)
  return [
    `${lives} lives in ${seconds.toFixed(1)} s, ${Math.round(lives / seconds / workers)} a second and processor (${(
      (cpuSeconds / lives) * 1_000
    ).toFixed(1)} ms of CPU each)`,
    `${Math.round(facts / lives)} facts and ${(figures.faults / lives).toFixed(1)} faults each`,
    `a reply was lost after its handler ran in ${inLives(livesWith.repliesLost)}`,
    `a stream was cut in ${inLives(livesWith.streamsCut)}`,
    `a server ended with handlers at work in ${inLives(livesWith.restartsAtWork)}`,
    `pushes were past retention in ${inLives(livesWith.gaps)}`,
    `sessions were resumed in ${inLives(livesWith.resumed)}, reset in ${inLives(livesWith.resets)}`,
    `${figures.succeeded} of ${figures.wanted} patient requests succeeded (${percent(successRate)}), ${figures.unknown} ended unknown`,
    brokenLives === 0
      ? 'every promise kept'
      : `BROKEN in ${brokenLives} lives: ${broken.map(({ seed }) => seed).join(' ')}`,
  ].join('; ')
}

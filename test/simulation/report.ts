/** What a person needs to know of a life that broke a promise: which, what was planned, and what happened last. */

import type { Life } from './simulate.js'

/** More asks than these are not worth reading; `--shrink` leaves few. */
const mostAsks = 12

export function report({ scenario, violations, lines, hash, facts, lasted, figures }: Life): string {
  const { seed, clients, server, faults } = scenario
  return [
    `seed ${seed}: ${facts} facts in ${lasted} ms of virtual time, trace ${hash}`,
    `clients ${JSON.stringify(clients)}`,
    `server ${JSON.stringify(server)}`,
    ...(scenario.asks.length > mostAsks ? [] : scenario.asks.map((ask) => `  ask ${JSON.stringify(ask)}`)),
    ...faults.map(({ atMs, fault }) => `  ${atMs} ${JSON.stringify(fault)}`),
    `healed at ${scenario.healAtMs}`,
    ...lines,
    `figures ${JSON.stringify(figures)}`,
    ...violations.map(({ promise, how }) => `BROKEN ${promise}: ${how}`),
    `replay: pnpm sim --seed ${seed}`,
  ].join('\n')
}

/** `pnpm nemesis`: strikes a chat on real sockets and real processes, judges what became of it, and prints the figures. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Violation } from './check.js'
import { forget, nemesis, type Outcome } from './nemesis.js'
import { plannedRestart } from './planned-restart.js'
import { tableOf } from './report.js'

const usage = `pnpm nemesis [--store memory|lmdb] [--minutes M] [--seed S] [--clients N] [--json]
  --store NAME   where sessions live; default memory
  --minutes M    for how long faults strike; default 1
  --seed S       draws faults and asks; default 1
  --clients N    default 20
  --slowest MS   the longest that a handler takes; default 200
  --restart      nothing but one planned restart, with 200 requests under way whose handlers take up to 3 s
  --keep         keeps the history also of a run that broke no promise
  --json         prints figures as JSON
Exits with 1 when a promise was broken; the history stays, and its place is printed.`

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'memory' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '20' },
    slowest: { type: 'string', default: '200' },
    restart: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** So many violations are shown with their lines of the history. */
const mostShown = 20

/** `script` is the server's. */
export async function main(script: string): Promise<void> {
  const { store } = values
  if (values.help || (store !== 'memory' && store !== 'lmdb')) return console.log(usage)
  const outcome = await run(store, script)
  print(outcome)
  if (outcome.violations.length > 0) process.exitCode = 1
  else if (!values.keep) return forget(outcome)
  console.error(`The history is in ${outcome.folder}`)
}

function run(store: 'memory' | 'lmdb', script: string): Promise<Outcome> {
  const seed = Number(values.seed)
  const clients = Number(values.clients)
  if (values.restart)
    return plannedRestart({ script, store, seed, clients, requests: 200, slowestMs: 3_000, drainMs: 10_000 })
  const forMs = Number(values.minutes) * 60_000
  return nemesis({ script, store, seed, forMs, clients, habits: { slowestMs: Number(values.slowest) } })
}

function print({ violations, figures, lagMs, folder }: Outcome): void {
  const { store, seed, minutes } = values
  const run = { store, seed: Number(seed), minutes: Number(minutes), lagMs }
  const broken = violations.length
  if (values.json)
    console.log(JSON.stringify({ ...run, ...figures, broken, violations: violations.slice(0, mostShown) }))
  else console.log(tableOf(run, figures, violations))
  for (const violation of violations.slice(0, mostShown)) console.error(traceOf(violation, folder))
}

/** What the history says of it, in the order in which it happened; chunks that came as they should say nothing. */
function traceOf({ promise, about, how }: Violation, folder: string): string {
  const facts = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"${about}"`))
  const lines = about === '' ? [] : ['clients', 'server'].flatMap(facts).filter((line) => !line.includes('"chunk":'))
  return [
    `BROKEN ${promise}: ${how}`,
    ...lines
      .sort(byTime)
      .slice(0, 50)
      .map((line) => `  ${line}`),
  ].join('\n')
}

function byTime(one: string, other: string): number {
  return Number(/"atMs":([\d.]+)/.exec(one)?.[1]) - Number(/"atMs":([\d.]+)/.exec(other)?.[1])
}

/** `pnpm sim`: replays one life and shows what happened, or lives through many on all processors and adds them up. */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { mutation, runAll, work } from './crew.js'
import { mutants } from './mutants/mutants.js'
import { reportOf, story, summary } from './report.js'
import type { Scenario } from './scenario.js'
import { shrink } from './shrink.js'
import { type Life, simulate } from './simulate.js'

const usage = `pnpm sim --seed N              replays the life of that seed and prints it
pnpm sim --runs N [--seed N]   lives through so many seeds, from 1 or that one on, on all processors
  --json           prints one JSON report
  --within S       deals no more seeds after so many seconds
  --workers N      so many at the same time; default: as many as there are processors
  --scenario FILE  replays what stands there instead of what a seed draws
  --lines N        how many of the last facts to print; default 60
  --mutant NAME    with a planted bug: ${Object.keys(mutants).join(', ')}
Exit code 1 when a promise was broken; the life is then made as small as it can be in 20 s and printed.`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string' },
    within: { type: 'string', default: 'Infinity' },
    workers: { type: 'string' },
    scenario: { type: 'string' },
    lines: { type: 'string', default: '60' },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  // Workers are started without any of them.
  args: isMainThread ? process.argv.slice(2) : [],
})

/** More broken lives than these are only named. */
const mostShrunk = 3

if (!isMainThread) work()
else if (values.help) console.log(usage)
else if (values.runs === undefined) one()
else await many(number('runs', values.runs))

function one(): void {
  const seed = number('seed', values.seed)
  const scenario = values.scenario === undefined ? {} : { scenario: read(values.scenario) }
  const options = { seed, lines: number('lines', values.lines), ...scenario, ...mutation(values.mutant) }
  const life = simulate(options)
  const shown = life.violations.length > 0 ? shrink(options, life) : life
  if (values.json) console.log(JSON.stringify({ ...shown, lines: undefined }))
  else console.log(story(shown))
  if (life.violations.length > 0) process.exitCode = 1
}

async function many(runs: number): Promise<void> {
  const workers = values.workers === undefined ? availableParallelism() : number('workers', values.workers)
  const seed = number('seed', values.seed)
  const began = performance.now()
  const script = new URL(import.meta.url)
  const withinSeconds = Number(values.within)
  const tally = await runAll({ script, seed, runs, withinSeconds, workers, mutant: values.mutant })
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage()
  const cost = { seconds, workers, cpuSeconds: (user + system) / 1e6 }
  const shrunk = tally.broken.slice(0, mostShrunk).map(({ seed }) => smallest(seed))
  const report = reportOf(tally, cost, shrunk)
  if (values.json) console.log(JSON.stringify(report))
  else for (const text of [...shrunk.map(story), summary(report)]) console.log(text)
  if (tally.brokenLives > 0) process.exitCode = 1
}

/** What breaks the promise that this seed broke. */
function smallest(seed: number): Life {
  const options = { seed, ...mutation(values.mutant) }
  const shrunk = shrink(options, simulate(options))
  return simulate({ ...options, scenario: shrunk.scenario, lines: number('lines', values.lines) })
}

function read(file: string): Scenario {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is no number: ${text}\n${usage}`)
  return value
}

/** `pnpm sim`: replays one seed and shows what happened, or runs many and adds them up. */

import { parseArgs } from 'node:util'
import { Figures } from './figures.js'
import { mutants } from './mutants/mutants.js'
import { report } from './report.js'
import { shrink } from './shrink.js'
import { type Life, simulate } from './simulate.js'
import type { Mutation } from './world.js'

const usage = `pnpm sim [--seed N] [--runs N] [--mutant NAME] [--json]
  --seed N       the seed to begin with; default 1
  --runs N       so many seeds from there; default 1, which prints the life itself
  --lines N      how many of the last facts to print; default 60
  --mutant NAME  with a planted bug: ${Object.keys(mutants).join(', ')}
  --shrink       leaves out of a life that broke a promise whatever it breaks it without
  --json         print figures as JSON`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    lines: { type: 'string', default: '60' },
    mutant: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(usage)
else if (values.runs === '1') one(Number(values.seed))
else many(Number(values.seed), Number(values.runs))

function one(seed: number): void {
  const lines = Number(values.lines)
  const full = live(seed, lines)
  const isBroken = full.violations.length > 0
  const life = isBroken && values.shrink ? shrink({ seed, lines, ...planted() }, full) : full
  if (values.json) console.log(JSON.stringify({ ...life, lines: undefined }))
  else console.log(report(life))
  if (isBroken) process.exitCode = 1
}

function many(first: number, runs: number): void {
  const total = new Figures()
  const failed: number[] = []
  const began = performance.now()
  for (let seed = first; seed < first + runs; seed++) {
    const { violations, figures } = live(seed, 0)
    for (const name of keysOf(total)) total[name] += figures[name]
    if (violations.length === 0) continue
    failed.push(seed)
    if (!values.json)
      console.log(`seed ${seed}: ${violations.map(({ promise, how }) => `${promise}: ${how}`).join('; ')}`)
  }
  const seconds = (performance.now() - began) / 1_000
  const summary = { runs, failed, seconds, perSecond: runs / seconds, ...total }
  console.log(values.json ? JSON.stringify(summary) : summary)
  if (failed.length > 0) process.exitCode = 1
}

function live(seed: number, lines: number): Life {
  return simulate({ seed, lines, ...planted() })
}

function planted(): { readonly mutation?: Mutation } {
  const mutation = values.mutant === undefined ? undefined : mutants[values.mutant]
  if (values.mutant !== undefined && !mutation) throw new Error(`no such mutant\n${usage}`)
  return mutation ? { mutation } : {}
}

function keysOf(figures: Figures): (keyof Figures)[] {
  return Object.keys(figures) as (keyof Figures)[]
}

/** `pnpm mutants`: plants one bug after the other and looks for it on all processors. */

import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { huntAll, work } from './crew.js'
import { mostLives } from './hunt.js'
import { mutants } from './mutants.js'
import { pageOf, type Row, rowsOf, tableOf } from './rows.js'

const usage = `pnpm mutants       plants each bug and looks for it until the first seed that breaks a promise
  --json       prints one JSON report
  --refresh    keeps the seeds for the tests, and writes docs/mutants.md
  --lives N    gives up after so many lives; default ${mostLives}
  --workers N  so many at the same time; default: as many as there are processors
Exit code 1 when one was not found.`

if (!isMainThread) work()

/** `here`: the folder of this file's source. */
export async function main(here: URL): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      refresh: { type: 'boolean', default: false },
      lives: { type: 'string', default: `${mostLives}` },
      workers: { type: 'string', default: `${availableParallelism()}` },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const began = performance.now()
  const found = await huntAll({
    script: new URL(import.meta.url),
    workers: number('workers', values.workers),
    names: Object.keys(mutants),
    most: number('lives', values.lives),
  })
  const rows = rowsOf(found)
  const report = reportOf(rows, (performance.now() - began) / 1_000)
  if (values.refresh) keep(rows, here)
  console.log(values.json ? JSON.stringify(report, null, 2) : `${tableOf(rows)}\n${summary(report)}`)
  if (report.notFound > 0) process.exitCode = 1
}

/** What `--json` prints. */
interface Report {
  readonly mutants: number
  readonly bySimulator: number
  readonly byDirectTest: number
  readonly notFound: number
  readonly seconds: number
  readonly rows: readonly Row[]
}

function reportOf(rows: readonly Row[], seconds: number): Report {
  const count = (by: Row['by']) => rows.filter((row) => row.by === by).length
  return {
    mutants: rows.length,
    bySimulator: count('simulator'),
    byDirectTest: count('direct test'),
    notFound: count('nothing'),
    seconds,
    rows,
  }
}

function summary({ mutants, bySimulator, byDirectTest, notFound, seconds }: Report): string {
  return `${mutants} planted: ${bySimulator} found by the simulator, ${byDirectTest} by a direct test, ${notFound} not found; ${seconds.toFixed(1)} s`
}

/** What was not found is left out, and the test says so. */
function keep(rows: readonly Row[], here: URL): void {
  const catches = Object.fromEntries(
    rows.flatMap((row) => (row.by === 'simulator' ? [[row.name, { promise: row.promise, seed: row.seed }]] : [])),
  )
  writeFileSync(new URL('catches.json', here), `${JSON.stringify(catches, null, 2)}\n`)
  writeFileSync(new URL('../../../docs/mutants.md', here), pageOf(rows))
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is no number: ${text}\n${usage}`)
  return value
}

/** Each part that docs/server.md names is replaced by one that does nothing; the tests that the page names must fail. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root, run } from '../../../scripts/workspace.mjs'
import { jobs, type Outcome, rows, unused } from './jobs.js'

let outcomes: readonly Outcome[] = []

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backchat-do-nothing-'))
  const report = join(folder, 'report.json')
  const config = join(import.meta.dirname, 'vitest.config.ts')
  const command = [join(root, 'node_modules/.bin/vitest'), 'run', '--config', config]
  const { output } = await run(command, { quiet: true, env: { DO_NOTHING_REPORT: report } })
  outcomes = JSON.parse(await readFile(report, 'utf8').catch(() => expect.unreachable(output)))
  await rm(folder, { recursive: true })
}, 600_000)

test('there are rows, and each replacement belongs to one', () => {
  expect(rows.length).toBeGreaterThan(20)
  expect(unused).toEqual([])
})

describe.each(rows)('$name', (row) => {
  const ofRow = jobs.filter((job) => job.row === row).map(({ name }) => name)
  const missing = jobs.find((job) => job.row === row && job.replacement.missing)?.replacement.missing

  test.skipIf(missing)(`its tests fail when it does nothing${missing ? ` (${missing})` : ''}`, () => {
    expect(ofRow, 'no replacement in test/house/do-nothing').not.toEqual([])
    const of = outcomes.filter(({ job }) => ofRow.includes(job))
    expect(of.flatMap(({ broken }) => broken)).toEqual([])
    expect(
      of.filter(({ red }) => red.length === 0).map(({ job }) => job),
      'nothing fails without',
    ).toEqual([])
    const red = of.flatMap((outcome) => outcome.red)
    expect(
      row.tests.filter((file) => !red.includes(file)),
      'these are as green without it',
    ).toEqual([])
  })
})

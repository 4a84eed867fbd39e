/**
 * Changes one thing at a time in the sources of a package and asks its unit tests whether they notice:
 * `pnpm stryker protocol`, `pnpm stryker client --mutate link.ts,session.ts`.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'

/** What is mutated of a package: the machine, where it has one. */
const mutated = new Map([
  ['protocol', 'packages/protocol/src'],
  ['client', 'packages/client/src/machine'],
  ['server', 'packages/server/src/machine'],
])
/** Tests, and what only they use. */
const notMutated = ['*.test.ts', 'test-*.ts', 'stage.ts']
const reports = 'node_modules/.cache/backchat/mutation'
const leastPercent = 85

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Files of the folder, with commas; all of them unless said. */
    mutate: { type: 'string', default: '*.ts' },
    /** Only these tests of the folder count. The rest could kill more, and takes its time. */
    tests: { type: 'string' },
    concurrency: { type: 'string', default: '2' },
    /** Tries also those again whose code and tests are as they were. */
    force: { type: 'boolean', default: false },
  },
})

/** @param {string} name @param {string} folder */
async function mutate(name, folder) {
  process.env['BACKCHAT_MUTATED'] = name
  const files = values.mutate.split(',').map((file) => `${folder}/${file}`)
  // The copy lies outside the tree, so that no tool takes it for a part of the project.
  const copy = await mkdtemp(join(tmpdir(), 'backchat-stryker-'))
  try {
    const mutants = await new Stryker({
      mutate: [...files, ...notMutated.map((file) => `!${folder}/${file}`)],
      ...(values.tests && { testFiles: values.tests.split(',').map((file) => `${folder}/${file}`) }),
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
      coverageAnalysis: 'perTest',
      ignoreStatic: true,
      concurrency: Number(values.concurrency),
      timeoutMS: 10_000,
      dryRunTimeoutMinutes: 20,
      ignorePatterns: ['docs', 'examples', 'scripts', 'dist'],
      tempDirName: copy,
      cleanTempDir: 'always',
      incremental: true,
      incrementalFile: `${reports}/${name}.incremental.json`,
      force: values.force,
      reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
      clearTextReporter: { reportTests: false, allowEmojis: false },
      jsonReporter: { fileName: `${reports}/${name}.json` },
      htmlReporter: { fileName: `${reports}/${name}.html` },
      thresholds: { high: 95, low: leastPercent, break: leastPercent },
      allowConsoleColors: process.stdout.isTTY,
    }).runMutationTest()
    for (const mutant of mutants) if (isDoubtful(mutant)) print(mutant)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** @typedef {Awaited<ReturnType<Stryker['runMutationTest']>>[number]} Mutant */

/**
 * Counted as killed though no expectation failed: somebody should look whether it really never ends.
 * @param {Mutant} mutant
 */
function isDoubtful({ status, statusReason = '' }) {
  return status === 'Timeout' || (status === 'Killed' && /interrupted after|timed out/i.test(statusReason))
}

/** @param {Mutant} mutant */
function print({ fileName, location, replacement, statusReason = 'no end in time' }) {
  console.log(`look at ${fileName}:${location.start.line} as ${replacement}: ${statusReason.split('\n')[0]}`)
}

const chosen = positionals.length > 0 ? positionals : [...mutated.keys()]
for (const name of chosen) {
  const folder = mutated.get(name)
  if (folder === undefined) throw new Error(`Unknown package "${name}": there are ${[...mutated.keys()].join(', ')}.`)
  await mutate(name, folder)
}

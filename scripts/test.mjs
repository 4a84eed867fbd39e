/** `npm test`: installs, builds, then runs every check and every test, and adds them up in the last line. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from './chromium.mjs'
import { nginx } from './nginx.mjs'
import { build, install } from './prepare.mjs'
import { size } from './size.mjs'
import { spin } from './spin.mjs'
import { types } from './types.mjs'
import { cache, filesBelow, onCi, readJson, root, run, runWithOffspring } from './workspace.mjs'

const kinds = ['unit', 'simulation', 'integration', 'browser', 'house']
const asked = process.argv.slice(2)
const unknown = asked.filter((kind) => !kinds.includes(kind))
if (unknown.length > 0) {
  console.log(`There are no ${unknown.join(', ')} tests; there are ${kinds.join(', ')}.`)
  process.exit(1)
}

const failed = /** @type {string[]} */ ([])
const skipped = /** @type {string[]} */ ([])
let passed = 0

/** One line of the count that is no vitest test. @param {string} name @param {() => Promise<boolean>} job */
async function check(name, job) {
  const startedAt = performance.now()
  const ok = await job().catch((error) => {
    console.log(String(error?.message ?? error))
    return false
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (ok) passed += 1
  else failed.push(name)
  return ok
}

/** Runs the tests of these kinds and counts them. @param {string[]} which @param {NodeJS.ProcessEnv} env */
async function vitest(which, env) {
  const report = join(cache, 'vitest.json')
  mkdirSync(cache, { recursive: true })
  rmSync(report, { force: true })
  const projects = which.flatMap((kind) => ['--project', kind])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const command = [join(root, 'node_modules/.bin/vitest'), 'run', ...projects, ...reporters]
  const { code, leftBehind } = await runWithOffspring(command, { env, timeoutMs: 30 * 60_000 })
  const failedBefore = failed.length
  try {
    for (const file of readJson(report).testResults) count(file)
  } catch {
    failed.push('vitest (it left no report)')
  }
  if (leftBehind) failed.push('nothing is left running (some process was, and was killed)')
  if (code !== 0 && failed.length === failedBefore) failed.push('vitest (an error outside of any test)')
}

/** @param {{ name: string, status: string, assertionResults: { fullName: string, status: string }[] }} file */
function count({ name, status, assertionResults: tests }) {
  const place = name.slice(root.length + 1)
  const withStatus = (/** @type {string[]} */ ...wanted) => {
    return tests.filter((test) => wanted.includes(test.status)).map((test) => `${place}: ${test.fullName}`)
  }
  const notRun = withStatus('skipped', 'pending', 'todo', 'disabled')
  passed += withStatus('passed').length
  failed.push(...withStatus('failed'))
  // A file that could not be loaded, or whose hooks failed, holds no failed test of its own: it fails as one.
  if (status === 'failed' && withStatus('failed').length === 0) {
    failed.push(`${place} (the file itself, with ${notRun.length} tests that did not run)`)
  } else {
    skipped.push(...notRun)
  }
}

const wanted = asked.length > 0 ? asked : kinds
const env = /** @type {NodeJS.ProcessEnv} */ ({})
const installed = await check('install', async () => {
  await install()
  return true
})
if (installed) {
  const built = await check('build', async () => (await build()).length === 0)
  await check('types', async () => (await types()).length === 0)
  await check('lint', async () => (await run([join(root, 'node_modules/.bin/biome'), 'ci', '--colors=off'])).code === 0)
  if (built) await check('size', size)
  else failed.push('size (nothing was built)')

  if (
    wanted.includes('browser') &&
    filesBelow(join(root, 'test/browser'), (file) => file.endsWith('.test.ts')).length > 0
  ) {
    const browser = await chromium()
    if ('path' in browser) env['BACKCHAT_CHROMIUM'] = browser.path
    else {
      wanted.splice(wanted.indexOf('browser'), 1)
      skipped.push(`all browser tests: ${browser.missing}`)
    }
  }
  // Where it stays missing, the tests that need it say so.
  if (wanted.includes('house')) await spin()
  if (wanted.includes('integration')) await nginx()
  if (wanted.length > 0) await vitest(wanted, env)
}

for (const name of skipped) console.log(`Not run: ${name}`)
// Where everything is meant to be there, what could not run has failed.
if (onCi) failed.push(...skipped.splice(0))
for (const name of failed) console.log(`Failed: ${name}`)
console.log(`${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
process.exitCode = failed.length > 0 ? 1 : 0

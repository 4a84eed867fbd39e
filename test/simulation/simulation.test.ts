import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { regressions } from './regressions.js'
import { type Report, story, summary } from './report.js'
import { shrink } from './shrink.js'
import { type Life, simulate } from './simulate.js'

/** `pnpm sim --runs 20000` is the longer run; this many are through in a minute on two processors. */
const most = 10_000
const withinSeconds = 75
/** Fewer than these would prove little. */
const least = 500

const script = fileURLToPath(new URL('sim.mjs', import.meta.url))

/** What `pnpm sim` prints with these options, and how it ended. */
function sim(...options: string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...options], { maxBuffer: 2 ** 28 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    )
  })
}

async function reportOf(...options: string[]): Promise<Report> {
  const { output } = await sim(...options, '--json')
  return JSON.parse(output)
}

/** A promise that was broken is shown with its seed, what is left of its plan, and what happened last. */
function live(seed: number): Life {
  const life = simulate({ seed })
  if (life.violations.length > 0) throw new Error(story(shrink({ seed, lines: 60 }, life)))
  return life
}

test(
  'lives with faults keep every promise, and most of what is asked succeeds',
  async () => {
    const report = await reportOf('--runs', `${most}`, '--within', `${withinSeconds}`)
    console.log(summary(report))
    expect(report.violations).toEqual([])
    expect(report.runs).toBeGreaterThan(least)
    // Faults that do not happen test nothing.
    const share = (count: number) => count / report.runs
    expect(share(report.livesWith.repliesLost)).toBeGreaterThan(0.4)
    expect(share(report.livesWith.streamsCut)).toBeGreaterThan(0.25)
    expect(share(report.livesWith.restartsAtWork)).toBeGreaterThan(0.12)
    expect(share(report.livesWith.answeredElsewhere)).toBeGreaterThan(0.08)
    expect(share(report.livesWith.leasesLost)).toBeGreaterThan(0.12)
    expect(share(report.livesWith.gaps)).toBeGreaterThan(0.02)
    // Failing everything must not pass.
    expect(report.successRate).toBeGreaterThan(0.85)
  },
  (withinSeconds + 120) * 1_000,
)

test('the same seed twice gives the same trace', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const [first, second] = [live(seed), live(seed)]
    expect([second.hash, second.facts]).toEqual([first.hash, first.facts])
  }
  expect(new Set([1, 2, 3, 4, 5].map((seed) => live(seed).hash)).size).toBe(5)
})

test.each(Object.entries(regressions))('it does not happen again: %s', (_, scenario) => {
  const life = simulate({ seed: scenario.seed, scenario, lines: 60 })
  if (life.violations.length > 0) throw new Error(story(life))
})

test('how many workers there are changes nothing of what is found', async () => {
  const [alone, together] = [
    await reportOf('--runs', '120', '--workers', '1'),
    await reportOf('--runs', '120', '--workers', '3'),
  ]
  const found = ({ runs, figures, livesWith, fingerprint }: Report) => ({ runs, figures, livesWith, fingerprint })
  expect(found(together)).toEqual(found(alone))
  const others = await reportOf('--runs', '120', '--seed', '2', '--workers', '1')
  expect(others.fingerprint).not.toBe(alone.fingerprint)
})

test('a broken promise ends the command with 1, and is shown with its seed, what is left of its plan, and its trace', async () => {
  const mutant = ['--mutant', 'every error says that nothing ran']
  const many = await sim('--runs', '100', '--json', ...mutant)
  expect(many.code).toBe(1)
  const { violations, brokenLives }: Report = JSON.parse(many.output)
  expect(violations.length).toBe(brokenLives)
  const [first] = violations
  expect(first?.promise).toBe('runs at most once')
  expect(first?.scenario?.asks.length).toBeLessThanOrEqual(2)
  expect(first?.trace?.length).toBeGreaterThan(5)

  const one = await sim('--seed', `${first?.seed}`, ...mutant)
  expect(one.code).toBe(1)
  expect(one.output).toContain('BROKEN runs at most once')
  expect((await sim('--seed', `${first?.seed}`)).code).toBe(0)
})

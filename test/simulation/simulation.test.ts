import { expect, test } from 'vitest'
import type { Figures } from './figures.js'
import { report } from './report.js'
import { type Life, simulate } from './simulate.js'

const seeds = 2_000
/** On a machine with much else to do. It takes half a minute on one that is idle. */
const timeoutMs = 600_000

/** A promise that was broken is shown with its seed, its faults and what happened last. */
function live(seed: number): Life {
  const life = simulate({ seed })
  if (life.violations.length > 0) throw new Error(report(simulate({ seed, lines: 60 })))
  return life
}

test(
  `${seeds} lives with faults keep every promise, and most of what is asked succeeds`,
  () => {
    const began = performance.now()
    const total = { wanted: 0, succeeded: 0, unknown: 0 }
    const livesWith = { repliesLost: 0, streamsCut: 0, restartsAtWork: 0, resumed: 0, resets: 0, gaps: 0 }
    for (let seed = 1; seed <= seeds; seed++) {
      const { figures } = live(seed)
      for (const name of namesOf(total)) total[name] += figures[name]
      for (const name of namesOf(livesWith)) livesWith[name] += figures[name] > 0 ? 1 : 0
    }
    const share = (count: number) => count / seeds
    const success = total.succeeded / total.wanted
    console.log(
      [
        `${seeds} lives, ${Math.round(seeds / ((performance.now() - began) / 1_000))} a second`,
        `a reply was lost after its handler ran in ${percent(share(livesWith.repliesLost))}`,
        `a stream was cut in ${percent(share(livesWith.streamsCut))}`,
        `a server ended with handlers at work in ${percent(share(livesWith.restartsAtWork))}`,
        `pushes were past retention in ${percent(share(livesWith.gaps))}`,
        `sessions were resumed in ${percent(share(livesWith.resumed))}, reset in ${percent(share(livesWith.resets))}`,
        `${total.succeeded} of ${total.wanted} patient requests succeeded (${percent(success)}), ${total.unknown} ended unknown`,
      ].join('; '),
    )
    // Faults that do not happen test nothing.
    expect(share(livesWith.repliesLost)).toBeGreaterThan(0.1)
    expect(share(livesWith.streamsCut)).toBeGreaterThan(0.1)
    expect(share(livesWith.restartsAtWork)).toBeGreaterThan(0.1)
    expect(share(livesWith.gaps)).toBeGreaterThan(0.01)
    // Failing everything must not pass.
    expect(success).toBeGreaterThan(0.85)
  },
  timeoutMs,
)

test('the same seed twice gives the same trace', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const [first, second] = [live(seed), live(seed)]
    expect([second.hash, second.facts]).toEqual([first.hash, first.facts])
  }
  expect(new Set([1, 2, 3, 4, 5].map((seed) => live(seed).hash)).size).toBe(5)
})

test('seeds that once showed a fault show none', () => {
  // A welcome came in the turn in which its dial was given up, and the client closed without another hello.
  live(115_564)
  // A reader began late, and the silence before it began was counted while it read.
  live(8_436)
  // A gap was announced while a push before it still waited for the first listener.
  live(9_556)
})

function namesOf<Names extends Partial<Figures>>(names: Names): (keyof Names & keyof Figures)[] {
  return Object.keys(names) as (keyof Names & keyof Figures)[]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

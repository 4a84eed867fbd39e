/** What a person reads of a run. */

import type { Violation } from './check.js'
import type { Figures } from './figures.js'

export function tableOf(run: object, figures: Figures, violations: readonly Violation[]): string {
  const { asked, streams, pushes } = figures
  const rows: readonly (readonly [string, string | number])[] = [
    ['requests', asked],
    ['right reply', `${figures.right} (${percent(figures.right, asked)})`],
    ['error', `${figures.errors} (${percent(figures.errors, asked)}) ${listed(figures.errorsByCode)}`],
    ['struck by a kill inside the handler', figures.insideAKill],
    ['never settled', figures.neverSettled],
    ['ran more than once', figures.ranMoreThanOnce],
    ['failed though it ran', figures.failedThoughItRan],
    ['slowest right reply', `${figures.slowestMs} ms`],
    ['pushes missing', `${pushes.missing} of ${pushes.appended} (${percent(pushes.missing, pushes.appended)})`],
    [
      'pushes lost with a session, announced',
      `${pushes.lostWithSession}, resets ${pushes.resets}, gaps ${pushes.gaps}`,
    ],
    ['streams exactly right', `${streams.exact} of ${streams.asked} (${percent(streams.exact, streams.asked)})`],
    ['streams with the exact prefix and an error', streams.prefixAndError],
    ['streams wrong', streams.wrong],
    ['faults struck', listed(figures.struck)],
    ['reported', listed(figures.reported)],
    ...Object.entries(figures.ends).map(([kind, ends]) => [kind, listed(ends)] as const),
    ['promises broken', violations.length],
  ]
  const wide = Math.max(...rows.map(([name]) => name.length))
  return [JSON.stringify(run), ...rows.map(([name, value]) => `${name.padEnd(wide)}  ${value}`)].join('\n')
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

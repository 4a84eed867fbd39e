/** The summary as a table of Markdown, which reads well in a terminal too. */

import { measureNames, measures } from '../measures.js'
import { floor, type PeerName } from '../peers/peers.js'
import { asRatio, inDigits } from './in-words.js'
import { type Figure, goalOf, type Summary } from './summary.js'

/** Ratios of everybody, and the floor's own figures beside them. */
export function ratioTable(summary: Summary, names: readonly PeerName[]): string {
  const others = names.filter((name) => name !== floor)
  const rows = measureNames.flatMap((measure) => {
    const row = summary[measure]
    if (row === undefined) return []
    const { title, unit } = measures[measure]
    const own = row[floor]
    const cells = others.map((name) => cellOf(row[name]))
    return [[title, own === undefined ? '–' : `${inDigits(own.median)} ${unit}`, ...cells]]
  })
  return aligned([['', floor, ...others], ...rows])
}

/** What is aimed at, and what came of it. */
export function goalTable(summary: Summary, names: readonly PeerName[]): string {
  const rows = measureNames.flatMap((measure) =>
    names.flatMap((name) => {
      const goal = goalOf(measures[measure], name)
      const figure = summary[measure]?.[name]
      if (goal === undefined || figure === undefined) return []
      const { title, better, unit } = measures[measure]
      const aim = `${better === 'more' ? '≥' : '≤'} ${goal}`
      const [least, most] = figure.span ?? [Number.NaN, Number.NaN]
      const span = `${asRatio(least)} … ${asRatio(most)}`
      return [[title, name, aim, asRatio(figure.ratio), span, `${inDigits(figure.median)} ${unit}`, verdictOf(figure)]]
    }),
  )
  return aligned([['', 'sessions in', 'goal', 'ratio', 'of the rounds', 'median', ''], ...rows])
}

const verdictOf = ({ reached }: Figure) => (reached === true ? 'reached' : 'not reached')

function cellOf(figure: Figure | undefined): string {
  if (figure === undefined) return '–'
  return figure.ratio === undefined ? inDigits(figure.median) : asRatio(figure.ratio)
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => row[i]?.length ?? 0)))
  const lineOf = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [lineOf(head), rule, ...body.map(lineOf)].join('\n')
}

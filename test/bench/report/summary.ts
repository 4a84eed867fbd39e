/** What the rounds come to: medians, and medians of the ratios to the floor of the same round. */

import { type Measure, type MeasureName, measureNames, measures, type Round } from '../measures.js'
import { floor, lmdb, memory, type PeerName } from '../peers/peers.js'

export interface Figure {
  readonly median: number
  /** To the floor of the same round; undefined where it was not measured. */
  readonly ratio: number | undefined
  /** The smallest and the largest ratio of a round: how much the figure is worth. */
  readonly span: readonly [least: number, most: number] | undefined
  /** Whether what is aimed at was reached; undefined where nothing is. */
  readonly reached: boolean | undefined
}

export type Row = { readonly [Name in PeerName]?: Figure }
export type Summary = { readonly [Name in MeasureName]?: Row }

export function summaryOf(rounds: readonly Round[], names: readonly PeerName[]): Summary {
  const rows = measureNames.map((measure): [MeasureName, Row] => {
    const figures = names.flatMap((name) => {
      const figure = figureOf(rounds, name, measure)
      return figure === undefined ? [] : [[name, figure] as const]
    })
    return [measure, Object.fromEntries(figures)]
  })
  return Object.fromEntries(rows.filter(([, row]) => Object.keys(row).length > 0))
}

function figureOf(rounds: readonly Round[], name: PeerName, measure: MeasureName): Figure | undefined {
  const values = defined(rounds.map((round) => round[name]?.[measure]))
  if (values.length === 0) return undefined
  const ratios = defined(rounds.map((round) => ratioOf(round[name]?.[measure], round[floor]?.[measure])))
  const ratio = ratios.length === 0 ? undefined : median(ratios)
  const span = ratios.length === 0 ? undefined : ([Math.min(...ratios), Math.max(...ratios)] as const)
  return { median: median(values), ratio, span, reached: reached(measures[measure], name, ratio) }
}

/** What is aimed at for this peer, as a ratio to the floor. */
export function goalOf(measure: Measure, name: PeerName): number | undefined {
  if (name === memory) return measure.goal?.memory
  return name === lmdb ? measure.goal?.lmdb : undefined
}

function reached(measure: Measure, name: PeerName, ratio: number | undefined): boolean | undefined {
  const goal = goalOf(measure, name)
  if (goal === undefined || ratio === undefined) return undefined
  return measure.better === 'more' ? ratio >= goal : ratio <= goal
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper
}

const ratioOf = (value: number | undefined, of: number | undefined) =>
  value === undefined || of === undefined ? undefined : value / of

const defined = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined)

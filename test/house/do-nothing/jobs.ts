/** What there is to run: the tests of each row, with each replacement of its part. */

import type { Replacement } from './replacement.js'
import { replacements } from './replacements.js'
import { type Row, rowsOf } from './table.js'

export interface Job {
  /** The row and, where it has several replacements, which of them. */
  readonly name: string
  readonly row: Row
  readonly replacement: Replacement
}

/** What became of one job; all by file. */
export interface Outcome {
  readonly job: string
  /** Where a test failed. */
  readonly red: readonly string[]
  /** What could not be loaded, or was not done in time, and why: it shows nothing. */
  readonly broken: readonly string[]
}

export const rows: readonly Row[] = rowsOf('docs/server.md', 'test that shows it')

export const jobs: readonly Job[] = rows.flatMap((row) => {
  const ofRow = replacements[row.name] ?? []
  const nameOf = (index: number) => (ofRow.length > 1 ? `${row.name} (${index + 1})` : row.name)
  return ofRow.map((replacement, index) => ({ name: nameOf(index), row, replacement }))
})

/** Replacements whose row is not there, or not any more. */
export const unused: readonly string[] = Object.keys(replacements).filter(
  (name) => !rows.some((row) => row.name === name),
)

/** What the tables of a page promise: each row names a part, and the tests that show it working. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow, root } from '../../../scripts/workspace.mjs'

export interface Row {
  readonly page: string
  /** The first cell. */
  readonly name: string
  /** Files that the last cell names, from the root. */
  readonly tests: readonly string[]
}

const testFiles = ['packages/server', 'test'].flatMap((folder) =>
  filesBelow(join(root, folder), (file) => file.endsWith('.test.ts')).map((file) => `${folder}/${file}`),
)

/** The rows of all tables of a page whose last column is headed by `column`. */
export function rowsOf(page: string, column: string): readonly Row[] {
  const lines = readFileSync(join(root, page), 'utf8').split('\n')
  const rows: Row[] = []
  let isInside = false
  for (const line of lines) {
    const cells = cellsOf(line)
    if (cells === undefined) isInside = false
    else if (cells.at(-1) === column) isInside = true
    else if (isInside && !/^-+$/.test(cells[0] ?? ''))
      rows.push({ page, name: cells[0] ?? '', tests: testsOf(cells.at(-1) ?? '', cells[0] ?? '') })
  }
  return rows
}

const cellsOf = (line: string): readonly string[] | undefined =>
  line.startsWith('|')
    ? line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
    : undefined

/** What stands in backticks, up to the rest of a sentence about it, and is a test or a folder of tests. */
function testsOf(cell: string, row: string): readonly string[] {
  const named = [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => (/^[\w*/.-]+$/.test(name) ? [name] : []))
  if (named.length === 0) throw new Error(`The row '${row}' names no test.`)
  return named.flatMap((name) => filesNamed(name, row))
}

/** @throws Error when no file has the name, or several have, and it does not say which. */
function filesNamed(name: string, row: string): readonly string[] {
  const anyOf = name.includes('*')
  const folder = testFiles.filter((file) => `/${file}`.includes(`/${name}/`))
  if (folder.length > 0) return folder
  const ending = new RegExp(
    `(^|/)${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}${name.endsWith('.ts') ? '' : '\\.test\\.ts'}$`,
  )
  const found = testFiles.filter((file) => ending.test(file))
  if (found.length === 0) throw new Error(`The row '${row}' names the test ${name}, which is not there.`)
  if (found.length > 1 && !anyOf)
    throw new Error(`The row '${row}' names the test ${name}, which may be ${found.join(' or ')}.`)
  return found
}

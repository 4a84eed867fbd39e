/** The code that the pages for users show compiles, and their tables name what there is: no more, no less. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes, type Stage } from '@backchat/protocol'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { codeBlocks, names, react, shownBlock } from './pages/blocks.js'
import { compile, type Setup } from './types/compile.js'

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

const bundler: Setup = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  customConditions: ['backchat-source'],
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
}

const pages = [
  'README.md',
  'docs/client.md',
  'docs/middleware.md',
  'docs/operations.md',
  'docs/server.md',
  'packages/client/README.md',
  'packages/client/README.zh-CN.md',
  'packages/server/README.md',
  'packages/server/README.zh-CN.md',
]

test('what the pages show compiles', () => {
  const shown = pages.flatMap((page, index) =>
    codeBlocks(textOf(page)).map(
      ({ line, code }) => [`page-${index}-line-${line}.ts`, `${page}:${line}`, code] as const,
    ),
  )
  expect(new Set(shown.map(([, place]) => place.split(':')[0]))).toEqual(new Set(pages))
  const modules = new Map(shown.map(([name, , code]) => [name, shownBlock(code)]))
  const findings = compile(
    join(root, 'test'),
    new Map([...modules, ['names.ts', names], ['react.d.ts', react]]),
    bundler,
  )
  const faults = [...findings].flatMap(([name, found]) => {
    const place = shown.find(([module]) => module === name)?.[1] ?? name
    return found.map(({ message }) => `${place}: ${message}`)
  })
  expect(faults).toEqual([])
})

describe('docs/client.md', () => {
  const page = textOf('docs/client.md')
  /** What stands in backticks in the first cells of the table with this head. */
  const firstCells = (head: string): readonly string[] => {
    const lines = page.split('\n')
    const from = lines.findIndex((line) => line.startsWith(`| ${head} |`))
    const rows = lines.slice(from + 2)
    const cells = rows.slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    return cells.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
  }
  /** The names of an interface's properties, as its source declares them. */
  const declared = (file: string, name: string): readonly string[] => {
    const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2022, true)
    const found = source.statements.find(
      (statement): statement is ts.InterfaceDeclaration =>
        ts.isInterfaceDeclaration(statement) && statement.name.text === name,
    )
    return (found?.members ?? []).flatMap(({ name }) => (name && ts.isIdentifier(name) ? [name.text] : []))
  }

  test('has every code of an error', () => {
    expect([...firstCells('`code`')].sort()).toEqual([...errorCodes].sort())
  })

  test('has every stage, in order', () => {
    const stages: readonly Stage[] = ['queued', 'sent', 'received', 'started', 'replied', 'settled']
    expect(firstCells('stage')).toEqual(stages)
  })

  test('has every option', () => {
    const limits = declared('packages/client/src/api/options.ts', 'ClientLimits').map((name) => `limits.${name}`)
    const options = declared('packages/client/src/api/options.ts', 'ClientOptions').filter((name) => name !== 'limits')
    expect([...firstCells('option')].sort()).toEqual([...options, ...limits, 'contract'].sort())
  })

  test('has every event and every state', () => {
    expect(firstCells('event')).toEqual(declared('packages/client/src/api/status.ts', 'ClientEventMap'))
    const states = [...textOf('packages/client/src/api/status.ts').matchAll(/state: ((?:'\w+'(?: \| )?)+)/g)]
    const named = states.flatMap(([, union = '']) => union.replaceAll("'", '').split(' | '))
    expect([...firstCells('`state`')].sort()).toEqual([...new Set(named)].sort())
  })

  test('names every method of the client', () => {
    for (const name of declared('packages/client/src/api/client.ts', 'Client')) {
      expect(page, name).toContain(`client.${name}`)
    }
  })
})

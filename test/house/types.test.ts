/** What users see of the types: the design's code compiles as it stands, and what must not compile does not, in the right place. */
import { cp, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { type PackedProject, packedProject } from './packed.js'
import { compile, type Finding, type Setup } from './types/compile.js'
import { designModules } from './types/design-blocks.js'
import { rightUses } from './types/right-uses.js'
import { faultOfRight, faultOfWrong, moduleOf, surroundings, type WrongUse } from './types/snippets.js'
import { wrongUses } from './types/wrong-uses.js'

/** Judges what was compiled under this name; undefined when it is as it should be. */
type Judge = (findings: readonly Finding[]) => string | undefined

/** Modules to compile, each with its judge. */
type Cases = ReadonlyMap<string, { readonly text: string; readonly judge: Judge }>

/** All cases as modules with this extension, which import each other by another: `.mts` and `.mjs`. */
function casesAs(extension: string, imported: string): Cases {
  const named = (name: string, text: string, judge: Judge) => [`${name}${extension}`, { text, judge }] as const
  const asItStands = (name: string, text: string) =>
    named(name, text, (findings) => faultOfRight({ use: name, code: text }, findings))
  const right = rightUses.map((use, index) =>
    named(`right-${index}`, moduleOf(use, imported), (findings) => faultOfRight(use, findings)),
  )
  const wrong = wrongUses.map((use, index) =>
    named(`wrong-${index}`, moduleOf(use, imported), (findings) => faultOfWrong(use, imported, findings)),
  )
  const whole = [...designModules(imported), ['surroundings', surroundings] as const]
  return new Map([...whole.map(([name, text]) => asItStands(name, text)), ...right, ...wrong])
}

/** What is not as it should be. */
function faultsOf(folder: string, cases: Cases, setup: Setup): readonly string[] {
  const modules = new Map([...cases].map(([name, { text }]) => [name, text]))
  const findings = compile(folder, modules, setup)
  return [...cases].flatMap(([name, { judge }]) => judge(findings.get(name) ?? []) ?? [])
}

const browser = ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts']
const bundler: Setup = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: browser,
  types: ['node'],
}
const node: Setup = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2022.d.ts'],
  types: ['node'],
}

test('from the sources', () => {
  const setup = { ...bundler, customConditions: ['backchat-source'] }
  expect(faultsOf(join(root, 'test'), casesAs('.ts', '.js'), setup)).toEqual([])
})

describe('from the packages as they are published', () => {
  let project: PackedProject
  beforeAll(async () => {
    project = await packedProject()
    const valibot = await realpath(join(root, 'test/node_modules/valibot'))
    await cp(valibot, join(project.dir, 'node_modules/valibot'), { recursive: true })
  })
  afterAll(() => project?.remove())

  test('in a bundler', () => {
    expect(faultsOf(project.dir, casesAs('.ts', '.js'), bundler)).toEqual([])
  })

  test('in Node, as ES modules and as CommonJS', () => {
    const cases = new Map([...casesAs('.mts', '.mjs'), ...casesAs('.cts', '.cjs')])
    expect(faultsOf(project.dir, cases, node)).toEqual([])
  })
})

describe('the judge of wrong uses', () => {
  const judged = (uses: readonly WrongUse[]) => {
    const modules = new Map(uses.map((use, index) => [`use-${index}.ts`, moduleOf(use, '.js')]))
    modules.set('surroundings.ts', surroundings)
    const findings = compile(join(root, 'test'), modules, { ...bundler, customConditions: ['backchat-source'] })
    return uses.map((use, index) => faultOfWrong(use, '.js', findings.get(`use-${index}.ts`) ?? []))
  }

  test('notices what compiles, errs elsewhere, errs twice, errs otherwise, or marks no place', () => {
    const faults = judged([
      { use: 'compiles', code: `client.send(«'typing'»)` },
      { use: 'elsewhere', code: `client.send(«'typing'», { fast: true })` },
      { use: 'twice', code: `client.send(«'system'», { notice: '' }); client.nothing()` },
      { use: 'otherwise', code: `client.send(«'system'», { notice: '' })`, says: /reserved/ },
      { use: 'unmarked', code: `client.send('system', { notice: '' })` },
      { use: 'right', code: `client.send(«'system'», { notice: '' })`, says: /"system"/ },
    ])
    expect(faults).toEqual([
      'compiles: it compiles',
      expect.stringContaining('elsewhere: another place is wrong:'),
      expect.stringContaining('twice: another place is wrong:'),
      expect.stringContaining('otherwise: the compiler says something else:'),
      'unmarked: no place is marked',
      undefined,
    ])
  })
})

test('there are wrong uses of each part, and no two are the same', () => {
  expect(wrongUses.length).toBeGreaterThanOrEqual(30)
  expect(new Set(wrongUses.map(({ code }) => code)).size).toBe(wrongUses.length)
})

/** Each planted bug is found again by the life that found it first: to look for that life is the work of `pnpm mutants`. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import catches from './catches.json' with { type: 'json' }
import { directMutants } from './direct-mutants.js'
import { brokenWith, brokenWithout, type Catch } from './hunt.js'
import { mutants } from './mutants.js'
import { pageOf, rowsOf } from './rows.js'

const refresh =
  'Seeds draw other lives than before, or the bug is another one: pnpm mutants --refresh looks for it again.'

const found = new Map<string, Catch>(Object.entries(catches))

test.each([...found])('found: %s', (name, { promise, seed }) => {
  expect(mutants, refresh).toHaveProperty([name])
  expect(brokenWith(name, seed)?.promise, refresh).toBe(promise)
})

test('without a bug the same lives keep every promise', () => {
  for (const seed of new Set([...found.values()].map(({ seed }) => seed)))
    expect(brokenWithout(seed), `seed ${seed}. ${refresh}`).toBeUndefined()
})

test('there are enough of them, and each was found', () => {
  expect([...found.keys()], refresh).toEqual(Object.keys(mutants))
  expect(found.size).toBeGreaterThanOrEqual(22)
  expect(found.size + Object.keys(directMutants).length).toBeGreaterThanOrEqual(27)
})

test('the page about them is current', () => {
  const page = readFileSync(new URL('../../../docs/mutants.md', import.meta.url), 'utf8')
  expect(page, 'pnpm mutants --refresh writes it.').toBe(pageOf(rowsOf(found)))
})

import { expect, test } from 'vitest'
import type { InspectorOptions } from '../api.js'
import { inspectorOptions } from './options.js'

const allow = () => true
/** A program without types may hand over anything. */
const judged = (given: unknown) => () => inspectorOptions(given as InspectorOptions)

test('who may look must be said', () => {
  expect(judged({})).toThrow(TypeError)
  expect(judged({})).toThrow('The inspector needs allow, a function that says who may look, not undefined.')
  expect(judged({ allow: true })).toThrow('needs allow')
  expect(judged(undefined)).toThrow('The option of the inspector is an object, not undefined.')
  expect(judged(null)).toThrow(TypeError)
})

test('what makes no sense is refused with a sentence that names it', () => {
  expect(judged({ allow, paths: '/x' })).toThrow("unknown field 'paths'")
  for (const path of ['inspector', '/a?b', '/a b', 5]) expect(judged({ allow, path })).toThrow('path of the inspector')
  for (const stuckAfter of [0, -1, Number.NaN, '10']) expect(judged({ allow, stuckAfter })).toThrow('stuckAfter')
  for (const challenge of ['', 'Basic\r\nX: y', 5]) expect(judged({ allow, challenge })).toThrow('challenge')
})

test('defaults are filled in', () => {
  expect(inspectorOptions({ allow })).toEqual({ allow, challenge: undefined, path: undefined, stuckAfterMs: 10_000 })
})

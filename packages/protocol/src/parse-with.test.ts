import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z as classic } from 'zod'
import * as z from 'zod/mini'
import { issuesInWords, parseWith, type StandardSchemaV1 } from './index.js'

/** A schema whose validation is whatever a test wants it to be. */
const schemaThat = (validate: StandardSchemaV1['~standard']['validate']): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'test', validate },
})

const vendors = {
  'zod/mini': z.object({ items: z.array(z.object({ size: z.number() })) }),
  zod: classic.object({ items: classic.array(classic.object({ size: classic.number() })) }),
  valibot: v.object({ items: v.array(v.object({ size: v.number() })) }),
}

describe.each(Object.entries(vendors))('%s', (_, schema) => {
  test('a value that fits is given back parsed, without what the schema does not name', () => {
    expect(parseWith(schema, { items: [{ size: 1, more: true }], more: true })).toEqual({
      ok: true,
      value: { items: [{ size: 1 }] },
    })
  })

  test('a value that does not fit says where', () => {
    const parsed = parseWith(schema, { items: [{ size: 1 }, { size: 'large' }] })
    expect(parsed).toMatchObject({
      ok: false,
      issues: [{ path: ['items', 1, 'size'], message: expect.stringMatching(/\w/) }],
    })
  })
})

test('an output that the schema makes of its input is the value', () => {
  const day = classic.string().transform((text) => new Date(text))
  expect(parseWith(day, '2026-11-01')).toEqual({ ok: true, value: new Date('2026-11-01') })
})

test('an asynchronous schema is refused, and its rejection ends no process', async () => {
  const unhandled: unknown[] = []
  const heard = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', heard)
  const parsed = parseWith(
    schemaThat(() => Promise.reject(new Error('too late'))),
    'x',
  )
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', heard)
  expect(parsed).toEqual({ ok: false, issues: [{ path: [], message: expect.stringContaining('asynchronously') }] })
  expect(unhandled).toEqual([])
})

test.each([
  ['zod', classic.string().refine(async () => true)],
  [
    'valibot',
    v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
  ],
])('an asynchronous schema of %s is refused', (_, schema) => {
  expect(parseWith(schema as StandardSchemaV1, 'x')).toMatchObject({
    ok: false,
    issues: [{ message: expect.stringContaining('asynchronously') }],
  })
})

test('a schema that throws refuses the value', () => {
  const parsed = parseWith(
    schemaThat(() => {
      throw new Error('boom')
    }),
    'x',
  )
  expect(parsed).toEqual({ ok: false, issues: [{ path: [], message: 'the schema threw: boom' }] })
})

test.each([
  ['nothing', () => undefined],
  [
    'something whose getters throw',
    () =>
      new Proxy(
        {},
        {
          has: () => {
            throw new Error('no')
          },
        },
      ),
  ],
  [
    'an error that has no words',
    () => {
      throw Object.create(null)
    },
  ],
])('a schema that answers %s refuses the value', (_, validate) => {
  expect(parseWith(schemaThat(validate as never), 'x')).toMatchObject({
    ok: false,
    issues: [{ message: expect.any(String) }],
  })
})

test('a path may hold symbols and segments that are objects', () => {
  const parsed = parseWith(
    schemaThat(() => ({ issues: [{ message: 'no', path: [{ key: 'a' }, Symbol('s'), 2] }] })),
    'x',
  )
  expect(parsed).toEqual({ ok: false, issues: [{ message: 'no', path: ['a', 'Symbol(s)', 2] }] })
})

test('an issue without a path is about the value itself', () => {
  const parsed = parseWith(
    schemaThat(() => ({ issues: [{ message: 'no' }] })),
    'x',
  )
  expect(parsed).toEqual({ ok: false, issues: [{ message: 'no', path: [] }] })
})

test('a value that is wrong a thousand times is reported sixteen times', () => {
  const parsed = parseWith(
    z.array(z.string()),
    Array.from({ length: 1000 }, (_, index) => index),
  )
  expect(parsed.ok ? 0 : parsed.issues.length).toBe(16)
})

test('issues in words are one line', () => {
  expect(
    issuesInWords([
      { path: ['items', 1, 'size'], message: 'expected a number' },
      { path: [], message: 'too large' },
    ]),
  ).toBe('items.1.size: expected a number; too large')
})

import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z as classic } from 'zod'
import * as z from 'zod/mini'
import { type Contract, defineContract, definitionOf, reservedTypes } from './index.js'

/** As from JavaScript, where no compiler looks on. */
const defineAnything = defineContract as (definition: unknown) => Contract

const text = z.object({ text: z.string() })

test('a contract holds each message type with its schemas', () => {
  const chat = defineContract({
    text: { content: text, reply: text, by: 'client', idempotent: true },
    typing: { by: 'server' },
  })
  expect(Object.keys(chat)).toEqual(['text', 'typing'])
  expect(chat.text).toEqual({ content: text, reply: text, by: 'client', idempotent: true })
  expect(chat.text.content).toBe(text)
})

test('schemas of zod, zod/mini, valibot, and schemas that are functions are taken', () => {
  const callable = Object.assign(() => 0, v.string())
  const contract = defineAnything({
    a: { content: text, reply: classic.string(), chunk: v.string(), failure: callable },
  })
  expect(Object.keys(contract['a'] ?? {})).toEqual(['content', 'reply', 'chunk', 'failure'])
})

test('a name that objects inherit finds nothing', () => {
  const contract: Contract = defineContract({ text: {} })
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(contract[name]).toBeUndefined()
    expect(definitionOf(contract, name)).toBeUndefined()
  }
  expect(definitionOf({ text: {} }, 'constructor')).toBeUndefined()
  expect(definitionOf(contract, 'text')).toEqual({})
})

test('a contract does not change once it is defined', () => {
  const definition = { text: { by: 'client' as 'client' | 'server' } }
  const contract: Contract = defineContract(definition)
  definition.text.by = 'server'
  expect(contract['text']?.by).toBe('client')
  expect(() => Object.assign(contract, { more: {} })).toThrow(TypeError)
  expect(() => Object.assign(contract['text'] ?? {}, { by: 'server' })).toThrow(TypeError)
})

test('what defineContract returned may be defined again', () => {
  const contract = defineContract({ text: { content: text } })
  expect(defineContract(contract)).toEqual(contract)
})

test.each([...reservedTypes, '', '__proto__'])("no message type can be called '%s'", (name) => {
  expect(() => defineAnything({ [name]: {} })).toThrow(`No message type can be called '${name}'`)
})

const asynchronous = v.pipeAsync(
  v.string(),
  v.checkAsync(async () => true),
)

test.each([
  ['nothing', undefined, 'A contract is an object of message types, not undefined.'],
  ['null', null, 'A contract is an object of message types, not null.'],
  ['an array', [], 'not an array.'],
  ['a string', 'chat', 'not a string.'],
  ['an entry that is null', { text: null }, "The contract's 'text' is null: write { content, reply, … }"],
  ['an entry that is a function', { text: () => text }, "The contract's 'text' is a function"],
  [
    'a misspelt field',
    { text: { contents: text } },
    "'text' has an unknown field 'contents'; there are content, reply, chunk, failure, by, idempotent.",
  ],
  ['a plain object for a schema', { text: { content: { text: 'string' } } }, "'text.content' is no Standard Schema"],
  ['null for a schema', { text: { reply: null } }, "'text.reply' is no Standard Schema"],
  ['a schema without validate', { text: { chunk: { '~standard': {} } } }, "'text.chunk' is no Standard Schema"],
  ['a schema known to be asynchronous', { text: { failure: asynchronous } }, "'text.failure' validates asynchronously"],
  ['an unknown side', { text: { by: 'both' } }, "'text.by' is 'client', 'server' or left out, not both."],
  [
    'idempotent in words',
    { text: { idempotent: 'yes' } },
    "'text.idempotent' is true, false or left out, not a string.",
  ],
])('%s is refused at once, in a sentence that names it', (_, definition, sentence) => {
  expect(() => defineAnything(definition)).toThrow(TypeError)
  expect(() => defineAnything(definition)).toThrow(sentence)
})

test('an entry that is a schema is told apart from an entry', () => {
  expect(() => defineAnything({ text })).toThrow(/'text'/)
})

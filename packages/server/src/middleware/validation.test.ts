import { defineContract } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { checkContent } from './validation.js'

const text = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value: value.trim() } : { issues: [{ message: 'expected a string' }] },
  },
}
const chat = defineContract({
  text: { content: text, reply: text },
  ask: { content: text, by: 'client' },
  system: { content: text, by: 'server' },
  bare: {},
})

test('what comes is what the schema made of it', () => {
  expect(checkContent(chat, 'text', 'client', ' hi ')).toEqual({ ok: true, content: 'hi' })
})

test('what is wrong is said in one sentence', () => {
  expect(checkContent(chat, 'text', 'client', 5)).toEqual({
    ok: false,
    reason: "The content of 'text' is not what the contract says: expected a string",
  })
})

test('a type that is not in the contract, or not for this side, does not exist', () => {
  for (const type of ['other', 'constructor', '__proto__', 'system']) {
    expect(checkContent(chat, type, 'client', 'hi').ok, type).toBe(false)
  }
  expect(checkContent({ ...chat }, 'toString', 'client', 'hi').ok).toBe(false)
  expect(checkContent(chat, 'ask', 'server', 'hi').ok).toBe(false)
  expect(checkContent(chat, 'system', 'server', 'hi').ok).toBe(true)
})

test('a type without content says nothing, whatever was sent', () => {
  expect(checkContent(chat, 'bare', 'client', { much: 'noise' })).toEqual({ ok: true, content: null })
})

test('without a contract anything goes', () => {
  expect(checkContent(undefined, 'whatever', 'client', 5)).toEqual({ ok: true, content: 5 })
})

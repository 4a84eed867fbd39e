import { defineContract } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { contractCheck } from './contract-check.js'
import { text } from './schemas.js'

test('a contract says itself what it says', () => {
  const check = contractCheck(defineContract({ text: { content: text } }))
  expect(check.sending('text', 'send', 5)).toMatch(/is not what the contract says: expected a string/)
  expect(check.push('text', 'hello')).toEqual({ ok: true, value: 'hello' })
})

test('a contract that was not defined is a mistake', () => {
  const chat = { text: { content: text } }
  expect(() => contractCheck(chat)).toThrow(new TypeError('contract is what defineContract() returned.'))
  expect(() => contractCheck({ ...defineContract(chat) })).toThrow(TypeError)
})

test('without a contract everything passes as it is', () => {
  const open = contractCheck(undefined)
  expect(open.sending('anything', 'stream', Symbol('whatever'))).toBeUndefined()
  expect(open.reply('anything', { a: 1 })).toEqual({ ok: true, value: { a: 1 } })
  expect(open.push('anything', [1])).toEqual({ ok: true, value: [1] })
})

test.for(['*', 'status', '', 5])('without a contract too %s is no message type', (type) => {
  expect(contractCheck(undefined).sending(type as string, 'send', null)).toMatch(/No message type/)
})

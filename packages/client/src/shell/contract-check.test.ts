import { defineContract } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { ContractCheck } from './contract-check.js'
import { digits, record, text } from './schemas.js'

const check = new ContractCheck(
  defineContract({
    text: { content: record('text'), reply: record('text'), chunk: text },
    read: { content: record('upTo'), by: 'client' },
    ping: { reply: digits },
    system: { content: record('notice'), by: 'server' },
    bare: {},
  }),
)

describe('sending', () => {
  test.for([
    ['what the contract says', 'text', 'request', { text: 'hello' }, undefined],
    ['no content where there is none', 'ping', 'request', undefined, undefined],
    ['null where there is no content', 'bare', 'send', null, undefined],
    ['content where there is none', 'bare', 'send', 'hello', /it says nothing/],
    ['another shape, with the path', 'text', 'request', { text: 5 }, /text: /],
    ['an unknown type', 'nonsense', 'send', null, /no message type 'nonsense'/],
    ['a name that every object knows', 'constructor', 'send', null, /no message type/],
    ["the server's", 'system', 'send', { notice: 'x' }, /only the server/],
    ['a request without a reply', 'read', 'request', { upTo: 'x' }, /no reply: use send/],
    ['a stream without chunks', 'ping', 'stream', undefined, /no chunk: use request/],
    ['a name that is none', 'status', 'send', null, /No message type is called 'status'/],
  ] as const)('%s', ([, type, mode, content, expected]) => {
    const wrong = check.sending(type, mode, content)
    if (expected === undefined) expect(wrong).toBeUndefined()
    else expect(wrong).toMatch(expected)
  })
})

test('what is received is parsed once, by what the contract says of its part', () => {
  expect(check.reply('ping', '42')).toEqual({ ok: true, value: 42 })
  expect(check.chunk('text', 'word')).toEqual({ ok: true, value: 'word' })
  expect(check.chunk('text', 5)).toMatchObject({ ok: false })
  expect(check.push('system', { notice: 'x' })).toEqual({ ok: true, value: { notice: 'x' } })
  expect(check.push('read', { upTo: 'x' })).toMatchObject({ ok: false, issues: 'only the client may say it' })
  expect(check.push('nonsense', null)).toMatchObject({ ok: false })
})

test('without a contract everything passes as it is', () => {
  const open = new ContractCheck(undefined)
  expect(open.sending('anything', 'stream', Symbol('whatever'))).toBeUndefined()
  expect(open.reply('anything', { a: 1 })).toEqual({ ok: true, value: { a: 1 } })
  expect(open.push('anything', [1])).toEqual({ ok: true, value: [1] })
})

test('without a contract too a reserved name is no message type', () => {
  expect(new ContractCheck(undefined).sending('*', 'send', null)).toMatch(/No message type/)
})

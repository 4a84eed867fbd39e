import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { contractCheck } from './contract-check.js'
import { defineContract } from './index.js'

const text = z.string()
const record = <Name extends string>(name: Name) => z.object({ [name]: text } as Record<Name, typeof text>)
/** Digits travel, a number arrives. */
const digits = z.pipe(text, z.transform(Number))

const check = contractCheck(
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
    ['a name that is none', 'status', 'send', null, /no message type 'status'/],
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
  expect(check.push('read', { upTo: 'x' })).toMatchObject({
    ok: false,
    reason: "By the contract only the client may say 'read'.",
  })
  expect(check.push('nonsense', null)).toMatchObject({ ok: false })
})

import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { originAllowed } from './origin.js'

const from = (origin: string | undefined, host: string | undefined = 'chat.example.com') =>
  ({ headers: { origin, host } }) as IncomingMessage

test('who sends no Origin is no browser, and is let in', () => {
  expect(originAllowed(from(undefined), undefined)).toBe(true)
  expect(originAllowed(from(undefined), ['https://example.com'])).toBe(true)
})

test('without a list only pages of the same host are let in', () => {
  expect(originAllowed(from('https://chat.example.com'), undefined)).toBe(true)
  expect(originAllowed(from('http://localhost:8787', 'localhost:8787'), undefined)).toBe(true)
  for (const origin of [
    'https://evil.example',
    'https://example.com',
    'https://chat.example.com.evil.example',
    'null',
    'nonsense',
    '',
  ]) {
    expect(originAllowed(from(origin), undefined), origin).toBe(false)
  }
})

test('a port is part of the origin, and the default port is the same written or not', () => {
  expect(originAllowed(from('http://localhost:3000', 'localhost:8787'), undefined)).toBe(false)
  expect(originAllowed(from('https://chat.example.com', 'chat.example.com:443'), undefined)).toBe(true)
  expect(originAllowed(from('http://chat.example.com', 'chat.example.com:443'), undefined)).toBe(false)
})

test('a list is exact and replaces the default', () => {
  const list = ['https://example.com']
  expect(originAllowed(from('https://example.com'), list)).toBe(true)
  for (const origin of [
    'http://example.com',
    'https://example.com:8443',
    'https://www.example.com',
    'https://chat.example.com',
  ]) {
    expect(originAllowed(from(origin), list), origin).toBe(false)
  }
})

test('a star lets every page in', () => {
  expect(originAllowed(from('https://anywhere.example'), ['*'])).toBe(true)
  expect(originAllowed(from('null'), ['*'])).toBe(true)
})

test('a browser that sends no Host is refused', () => {
  expect(originAllowed({ headers: { origin: 'https://example.com' } } as IncomingMessage, undefined)).toBe(false)
})

import { expect, test } from 'vitest'
import type { Logger } from '../api.js'
import { RefusedOrigins } from './refused-origins.js'

/** A logger that only warnings are written to. */
const loggerOf = (warn: Logger['warn']): Logger => {
  const none = () => expect.unreachable()
  const logger: Logger = { debug: none, info: none, warn, error: none, child: () => logger }
  return logger
}

const refusing = () => {
  const lines: string[] = []
  const facts: object[] = []
  const refused = new RefusedOrigins(
    loggerOf((fields: object | string, message?: string) => {
      facts.push(Object(fields))
      lines.push(String(message))
    }),
  )
  const tell = (origin: string, host = 'chat.example.com') => refused.tell({ headers: { origin, host } })
  return { lines, facts, refused, tell }
}

test('a refused origin is told once, with the host that was asked and the option that lets it in', () => {
  const { lines, facts, tell } = refusing()
  tell('https://app.example.com')
  tell('https://app.example.com')
  tell('null')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('https://app.example.com')
  expect(lines[0]).toContain('chat.example.com')
  expect(lines[0]).toContain('option origins')
  expect(facts[0]).toEqual({ origin: 'https://app.example.com', host: 'chat.example.com' })
})

test('who makes up origins does not fill the log', () => {
  const { lines, tell } = refusing()
  for (let n = 0; n < 1_000; n++) tell(`https://${n}.example.com`)
  expect(lines).toHaveLength(100)
})

test('what a peer wrote is clipped and stays in its line', () => {
  const { lines, facts, tell } = refusing()
  tell(`https://evil.example\u0085\u009b2J\r\nfake${'x'.repeat(10_000)}`, 'a\u2028b')
  expect(`${lines}${JSON.stringify(facts)}`).not.toMatch(/[\p{Cc}\p{Zl}]/u)
  expect(lines[0]?.length).toBeLessThan(500)
})

test('a missing header and a logger that throws do no harm', () => {
  const { lines, refused } = refusing()
  refused.tell({ headers: {} })
  expect(lines).toHaveLength(1)
  const broken = new RefusedOrigins(
    loggerOf(() => {
      throw new Error('broken')
    }),
  )
  expect(() => broken.tell({ headers: { origin: 'https://example.com' } })).not.toThrow()
})

/** Tokens and secrets travel in the first frame, and are found nowhere else: no URL, no header, no log, no error. */

import { createClient } from '@backchat/client'
import type { Identity, Logger } from '@backchat/server'
import { expect, onTestFinished, test } from 'vitest'
import { dial, newIdentity } from '../server/raw-client.js'
import { serve } from '../server/serve.js'

const token = 'the-token-swordfish'

/** A log that keeps what it is given as text, errors with all that hangs on them. */
const keeping = () => {
  const lines: string[] = []
  const keep = (...parts: readonly unknown[]) => void lines.push(parts.map(textOf).join(' '))
  const logger: Logger = {
    debug: keep,
    info: keep,
    warn: keep,
    error: keep,
    child: (fields) => {
      keep(fields)
      return logger
    },
  }
  return { logger, lines }
}

const textOf = (part: unknown): string =>
  JSON.stringify(part, (_, value) =>
    value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value,
  )

test('the token of a client is in neither its URL nor its headers', async () => {
  const { url, server } = await serve({ authenticate: (given) => (given === token ? { id: 'user' } : null) })
  const seen: string[] = []
  server.once('upgrade', (request) => void seen.push(JSON.stringify([request.url, request.rawHeaders])))
  const client = createClient({ url, token: () => token })
  onTestFinished(() => client.close())
  await expect.poll(() => client.status.state).toBe('online')
  expect(seen).toHaveLength(1)
  expect(seen.join()).not.toContain('swordfish')
})

const judges: readonly (readonly [becomes: string, failures: number, authenticate: () => Identity | null])[] = [
  ['is accepted', 1, () => ({ id: 'user' })],
  ['is refused', 0, () => null],
  [
    'makes authenticate throw',
    2,
    () => {
      throw new Error('The directory does not answer.')
    },
  ],
]

test.for(judges)('neither log nor error says a token that %s, nor a secret', async ([, failures, authenticate]) => {
  const { logger, lines } = keeping()
  const { url, errors, manager } = await serve({ logger, authenticate })
  manager.registerHandler('fail', () => {
    throw new Error('The handler fails.')
  })
  const identity = newIdentity()
  const say = async (attempt: number, otherwise = {}) => {
    const client = await dial(url)
    client.hello(identity, { attempt, token, ...otherwise })
    const isWelcome = await client.next('welcome').then(
      () => true,
      () => false,
    )
    if (isWelcome) {
      client.request(1, 'fail', null)
      await client.next('error')
    }
    client.terminate()
  }
  await say(1)
  // What is wrong with a hello is told without what stands in it.
  const stranger = await dial(url)
  stranger.hello(identity, { attempt: -1, token })
  await stranger.closed
  await say(2, { secret: newIdentity().secret })
  const all = [...lines, ...errors.map(textOf)].join('\n')
  expect(errors).toHaveLength(failures)
  expect(all).not.toContain('swordfish')
  expect(all).not.toContain(identity.secret)
})

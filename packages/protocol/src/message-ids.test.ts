import { expect, test } from 'vitest'
import { messageIds } from './message-ids.js'

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'

test('each character of an id is one of 64, by a random byte of its own', () => {
  let made = 0
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => made++)
  const next = messageIds(random, alphabet)
  const ids = Array.from({ length: 50 }, next)
  for (const id of ids) expect(id).toHaveLength(21)
  expect(ids.join('')).toBe(alphabet.repeat(17).slice(0, 50 * 21))
})

import { expect, test } from 'vitest'
import { messageIds } from './message-ids.js'

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'

test('each character of an id is one of 64, by a random byte of its own', () => {
  let made = 0
  const randomize = (bytes: Uint8Array) =>
    bytes.forEach((_, place) => {
      bytes[place] = made++
    })
  const next = messageIds(randomize, alphabet)
  const ids = Array.from({ length: 200 }, next)
  for (const id of ids) expect(id).toHaveLength(21)
  expect(ids.join('')).toBe(alphabet.repeat(66).slice(0, 200 * 21))
})

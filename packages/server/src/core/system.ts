/** What Node gives to the server: time, ids, and the hash under which a secret is kept. */

import { createHash, randomFillSync } from 'node:crypto'
import type { Clock } from '@backchat/protocol'
import { urlAlphabet } from 'nanoid'

/** Longer delays overflow Node's timers; whoever waits longer is called early and waits on. */
const longestDelayMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, callback) {
    // Sockets keep the process alive, a timer never does: a server without clients may end.
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), longestDelayMs)).unref()
    return () => clearTimeout(timer)
  },
}

/** Keeps the process alive until called back: who closes is waited for, though its sockets have gone and its timers keep nothing alive. */
export const stayAlive = (): (() => void) => {
  const timer = setInterval(() => {}, longestDelayMs)
  return () => clearInterval(timer)
}

/** As nanoid has it: 21 characters, each of 6 random bits. */
const idLength = 21
/** Random characters for so many ids are made at once. */
const pool = Buffer.allocUnsafe(256 * idLength)
let taken = pool.length

const refill = (): void => {
  randomFillSync(pool)
  for (let i = 0; i < pool.length; i++) pool[i] = urlAlphabet.charCodeAt((pool[i] ?? 0) & 63)
  taken = 0
}

/** A new id of 21 characters, 126 bits: unique and unguessable. Not by `nanoid()`, which joins characters: a reply takes longer to be named so than to be encoded. */
export const newId = (): string => {
  if (taken === pool.length) refill()
  taken += idLength
  return pool.toString('latin1', taken - idLength, taken)
}

/** The only form in which a client's secret is kept. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

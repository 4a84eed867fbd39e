/** What Node gives to the server: time, ids, and the hash under which a secret is kept. */

import { hash, randomFillSync } from 'node:crypto'
import { type Clock, type Ids, messageIds } from '@backchat/protocol'
import { nanoid, urlAlphabet } from 'nanoid'

/** The names that a server gives. */
export type ServerIds = Pick<Ids, 'id' | 'message'>

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

/** Ids of 21 characters, 126 bits: unique and unguessable. */
export const systemIds: ServerIds = {
  id: () => nanoid(),
  message: messageIds((bytes) => randomFillSync(bytes), urlAlphabet),
}

/** The only form in which a client's secret is kept. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url')

/** The time of this process, for a network in memory between real clients and servers. */

import type { Clock } from '@backchat/protocol'

export const realClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** The platform's clock: monotonic for decisions, wall time for people, timers without their pitfalls. */

import type { Clock } from '@backchat/protocol'

/** A longer delay overflows in `setTimeout`, which then fires at once. */
const longestTimerMs = 2 ** 31 - 1

/** Timers round down to whole milliseconds, so that one may be that much early. */
const roundingMs = 1

export const platformClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  /** Its timers keep a Node process alive until they are called off: somebody may be waiting for what they bring. */
  after(delayMs, callback) {
    if (delayMs === Infinity) return () => {}
    let timer: ReturnType<typeof setTimeout>
    const wait = (leftMs: number) => {
      timer =
        leftMs > longestTimerMs
          ? setTimeout(() => wait(leftMs - longestTimerMs), longestTimerMs)
          : setTimeout(callback, leftMs)
    }
    wait(Math.ceil(Math.max(0, delayMs)) + roundingMs)
    return () => clearTimeout(timer)
  },
}

/** A server that has too much to do, and does not look whether what it turns away is new. */

import type { ServerEffect } from '../machines.js'
import type { Mutation } from '../world.js'

/** For so long after it turned somebody away it turns away whoever asks again. */
const forMs = 1_000

/** It is no use to come again. */
const never = 24 * 60 * 60 * 1_000

export const turningAwayAgain: Mutation = {
  server: (machine) => {
    const known = new Set<number>()
    /** By link, numbers that were asked for again. */
    const again = new Set<string>()
    let until = 0
    const change = (effect: ServerEffect, now: number): ServerEffect => {
      if (effect.kind !== 'transmit' || !('n' in effect.frame)) return effect
      const { link, frame } = effect
      if (frame.kind === 'error' && frame.error.code === 'OVERLOADED') until = now + forMs
      if (!again.delete(`${link} ${frame.n}`) || now >= until) return effect
      const error = { code: 'OVERLOADED', message: 'Too much.', mayHaveExecuted: false, retryAfterMs: never } as const
      return { kind: 'transmit', link, frame: { kind: 'error', n: frame.n, refused: true, error } }
    }
    return {
      handle(input, now) {
        if (input.kind === 'received' && input.frame.kind === 'request') {
          const { n } = input.frame
          if (known.has(n)) again.add(`${input.link} ${n}`)
          known.add(n)
        }
        return machine.handle(input, now).map((effect) => change(effect, now))
      },
      wakeAt: () => machine.wakeAt(),
    }
  },
}

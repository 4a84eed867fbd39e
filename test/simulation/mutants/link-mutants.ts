/** Bugs in how a client keeps a link and the time. */

import { closeCodes } from '@backchat/protocol'
import type { ClientEffect } from '../machines.js'
import type { Mutation } from '../world.js'
import { clientEffects, clientFrames, clientInputs, clientWakes, nothing } from './between.js'
import type { Mutants } from './mutant.js'

export const linkMutants: Mutants = {
  // ---- links ----

  'every session has the same epoch': {
    kind: 'no epoch',
    client: (machine) => {
      const { client: forgets } = clientFrames('hello', nothing, ({ epoch: _, ...frame }) => frame)
      const { client: believes } = clientInputs(nothing, (input) => {
        if (input.kind !== 'received' || input.frame.kind !== 'welcome') return input
        return { ...input, frame: { ...input.frame, epoch: 'the only one' } }
      })
      const believing = believes?.(machine) ?? machine
      return forgets?.(believing) ?? believing
    },
  },

  'frames of older links count': {
    kind: 'frames of an abandoned link are taken',
    ...clientInputs(
      () => ({ link: 0 }),
      (input, memory) => {
        if (input.kind === 'opened') memory.link = Math.max(memory.link, input.link)
        return input.kind === 'received' ? { ...input, link: memory.link } : input
      },
    ),
  },

  'the next dial waits until a silent link is closed': {
    kind: 'close-and-wait instead of abandon',
    ...closeAndWait(30_000),
  },

  'dialling ends after five failures': {
    kind: 'gives up dialling',
    client: (machine) => {
      let failures = 0
      return {
        handle(input, now) {
          if (input.kind === 'received' && input.frame.kind === 'welcome') failures = 0
          return machine.handle(input, now).filter(({ kind }) => {
            if (kind === 'dial') failures += 1
            return kind !== 'dial' || failures <= 5
          })
        },
        wakeAt: () => machine.wakeAt(),
      }
    },
  },

  'a refused token drops what is queued': {
    kind: 'token refusal that drops queued requests silently',
    ...clientEffects(nothing, (effect) => {
      const isRefused = effect.kind === 'settle' && !effect.outcome.ok && effect.outcome.error.code === 'UNAUTHORIZED'
      return isRefused ? [] : [effect]
    }),
  },

  // ---- time ----

  'the time is looked at every 100 ms': {
    kind: 'deadlines by a coarse timer',
    ...clientWakes((at) => Math.ceil(at / 100) * 100),
  },

  'the time of a sleep does not count': { kind: 'deadline not checked on wake', ...sleepless() },

  'a timeout is reported twice': {
    kind: 'settles twice',
    ...clientEffects(nothing, (effect) => {
      const isTimeout = effect.kind === 'settle' && !effect.outcome.ok && effect.outcome.error.code === 'TIMEOUT'
      return isTimeout ? [effect, effect] : [effect]
    }),
  },
}

/** A closing handshake that nobody answers takes so long, and until then nothing is dialled. */
function closeAndWait(ms: number): Mutation {
  return {
    client: (machine) => {
      let until = 0
      let held: ClientEffect | undefined
      const waiting = (effect: ClientEffect, now: number): readonly ClientEffect[] => {
        if (effect.kind === 'abandon' && held?.kind === 'dial' && held.link === effect.link) {
          held = undefined
          return []
        }
        if (effect.kind === 'abandon' && effect.code === closeCodes.silent) until = now + ms
        if (effect.kind !== 'dial' || now >= until) return [effect]
        held = effect
        return []
      }
      return {
        handle(input, now) {
          const effects = machine.handle(input, now).flatMap((effect) => waiting(effect, now))
          if (!held || now < until) return effects
          const dial = held
          held = undefined
          return [...effects, dial]
        },
        wakeAt: () => Math.min(machine.wakeAt(), held ? until : Number.POSITIVE_INFINITY),
      }
    },
  }
}

/** Its clock stands still while the computer sleeps. */
function sleepless(): Mutation {
  return {
    client: (machine) => {
      let slept = 0
      return {
        handle(input, now) {
          const late = now - slept - machine.wakeAt()
          // An input that is on time comes before the timer or with it.
          if (late > 50) slept += late
          return machine.handle(input, now - slept)
        },
        wakeAt: () => machine.wakeAt() + slept,
      }
    },
  }
}

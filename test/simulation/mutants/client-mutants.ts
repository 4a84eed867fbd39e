/** Bugs in what a client does. */

import { closeCodes } from '@backchat/protocol'
import type { ClientEffect } from '../machines.js'
import type { Mutation } from '../world.js'
import { clientEffects, clientFrames, clientInputs, clientWakes, nothing, numbers } from './between.js'
import type { Mutants } from './mutant.js'

export const clientMutants: Mutants = {
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

  // ---- requests ----

  'what has no answer is not asked for again': {
    kind: 'sent is taken for received',
    ...clientFrames('request', numbers, (frame, sent) => {
      if (sent.has(frame.n)) return undefined
      sent.add(frame.n)
      return frame
    }),
  },

  'what was queued is forgotten when a session resumes': {
    kind: 'resend drops what is sent meanwhile',
    client: (machine) => {
      let highest = 0
      return {
        handle(input, now) {
          const resumes = input.kind === 'received' && input.frame.kind === 'welcome' && input.frame.resumed
          return machine.handle(input, now).filter((effect) => {
            if (effect.kind !== 'transmit' || effect.frame.kind !== 'request') return true
            const isNew = effect.frame.n > highest
            highest = Math.max(highest, effect.frame.n)
            return !isNew || !resumes
          })
        },
        wakeAt: () => machine.wakeAt(),
      }
    },
  },

  'replies are taken in the order of the requests': {
    kind: 'answers matched by order',
    client: (machine) => {
      const open = new Set<number>()
      return {
        handle(input, now) {
          let told = input
          if (input.kind === 'received' && input.frame.kind === 'reply' && open.size > 0)
            told = { ...input, frame: { ...input.frame, n: Math.min(...open) } }
          if (told.kind === 'received' && (told.frame.kind === 'reply' || told.frame.kind === 'error'))
            open.delete(told.frame.n)
          const effects = machine.handle(told, now)
          for (const effect of effects)
            if (effect.kind === 'transmit' && effect.frame.kind === 'request' && effect.frame.mode === 'request')
              open.add(effect.frame.n)
          return effects
        },
        wakeAt: () => machine.wakeAt(),
      }
    },
  },

  'a cancel is sent once': {
    kind: 'cancel not sent again on the next link',
    ...clientFrames('cancel', numbers, (frame, cancelled) => {
      if (cancelled.has(frame.n)) return undefined
      cancelled.add(frame.n)
      return frame
    }),
  },

  'a request counts as settled when its caller gave up': {
    kind: 'settled before its cancel is acknowledged',
    ...clientEffects(
      () => ({ highest: 0 }),
      (effect, memory) => {
        if (effect.kind !== 'transmit') return [effect]
        if (effect.frame.kind === 'cancel') memory.highest = Math.max(memory.highest, effect.frame.n)
        if (effect.frame.kind !== 'ack' || effect.frame.floor >= memory.highest) return [effect]
        return [{ ...effect, frame: { ...effect.frame, floor: memory.highest, settled: [] } }]
      },
    ),
  },

  'all below the highest settled number count as settled': {
    kind: 'floor = highest settled',
    ...clientFrames('ack', nothing, ({ floor, settled, ...frame }) => ({
      ...frame,
      floor: settled.at(-1)?.[1] ?? floor,
      settled: [],
    })),
  },

  'every error says that nothing ran': {
    kind: 'an error that is not honest',
    ...clientEffects(nothing, (effect) => {
      if (effect.kind !== 'settle' || effect.outcome.ok) return [effect]
      return [{ ...effect, outcome: { ok: false, error: { ...effect.outcome.error, mayHaveExecuted: false } } }]
    }),
  },

  // ---- streams ----

  'a stream goes on one chunk too far': {
    kind: 'chunk off by one',
    ...clientFrames('request', nothing, (frame) =>
      frame.from === undefined ? frame : { ...frame, from: frame.from + 1 },
    ),
  },

  'chunks of a resumed stream are given again': {
    kind: 'chunk off by one',
    ...clientInputs(
      () => ({ chunks: 0 }),
      (input, memory) => {
        if (input.kind !== 'received' || input.frame.kind !== 'chunk') return input
        memory.chunks += 1
        // Every so often a chunk is taken for the next one.
        const off = memory.chunks % 20 === 0 && input.frame.chunk > 0 ? 1 : 0
        return { ...input, frame: { ...input.frame, chunk: input.frame.chunk - off } }
      },
    ),
  },

  // ---- pushes ----

  'a push is delivered again after a resume': {
    kind: 'no dedupe of replayed pushes',
    ...clientEffects(
      () => ({ resumed: false }),
      (effect, memory) => {
        if (effect.kind === 'dial') memory.resumed = true
        if (effect.kind !== 'deliver' || !memory.resumed) return [effect]
        memory.resumed = false
        return [effect, effect]
      },
    ),
  },

  'a new session is not announced': {
    kind: 'a lost session is silent',
    ...clientEffects(nothing, (effect) => (effect.kind === 'reset' ? [] : [effect])),
  },

  'pushes that an earlier session had are ignored': {
    kind: 'dedupe memory outliving its epoch',
    ...clientInputs(
      () => ({ highest: 0, floor: 0, epoch: '' }),
      (input, memory) => {
        if (input.kind !== 'received') return input
        const { frame } = input
        if (frame.kind === 'welcome' && frame.epoch !== memory.epoch)
          Object.assign(memory, { epoch: frame.epoch, floor: memory.highest })
        if (frame.kind !== 'push') return input
        if (frame.push <= memory.floor) return undefined
        memory.highest = Math.max(memory.highest, frame.push)
        return input
      },
    ),
  },

  'what was sent is confirmed instead of what was received': {
    kind: 'counter of the wrong direction',
    ...clientEffects(
      () => ({ sent: 0 }),
      (effect, memory) => {
        if (effect.kind !== 'transmit') return [effect]
        const { frame } = effect
        if (frame.kind === 'request') memory.sent = Math.max(memory.sent, frame.n)
        if (frame.kind === 'ack') return [{ ...effect, frame: { ...frame, push: memory.sent } }]
        if (frame.kind === 'hello') return [{ ...effect, frame: { ...frame, lastPush: memory.sent } }]
        return [effect]
      },
    ),
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

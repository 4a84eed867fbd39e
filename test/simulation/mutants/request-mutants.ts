/** Bugs in how a client asks, and asks again. */

import { clientEffects, clientFrames, nothing, numbers } from './between.js'
import type { Mutants } from './mutant.js'

export const requestMutants: Mutants = {
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
}

/** A send settles well as soon as its frame was handed to a link. */

import type { ClientEffect } from '../machines.js'
import type { Mutation } from '../world.js'

export const writtenIsDone: Mutation = {
  client: (machine) => {
    const done = new Set<number>()
    const written = (effect: ClientEffect): readonly ClientEffect[] => {
      if (effect.kind === 'settle' && done.has(effect.key)) return []
      const key = effect.kind === 'transmit' && isSend(effect) ? effect.key : undefined
      if (key === undefined || done.has(key)) return [effect]
      done.add(key)
      return [effect, { kind: 'settle', key, outcome: { ok: true, message: null, sessionId: '' } }]
    }
    return { handle: (input, now) => machine.handle(input, now).flatMap(written), wakeAt: () => machine.wakeAt() }
  },
}

const isSend = ({ frame }: Extract<ClientEffect, { readonly kind: 'transmit' }>) =>
  frame.kind === 'request' && frame.mode === 'send'

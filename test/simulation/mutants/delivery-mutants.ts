/** Bugs in what a client makes of chunks and pushes. */

import { clientEffects, clientFrames, clientInputs, nothing, numbers } from './between.js'
import type { Mutants } from './mutant.js'

export const deliveryMutants: Mutants = {
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

  'an answer to the server is sent once': {
    kind: "an ask's answer forgotten before it was confirmed",
    ...clientFrames('answer', numbers, (frame, sent) => {
      if (sent.has(frame.push)) return undefined
      sent.add(frame.push)
      return frame
    }),
  },
}

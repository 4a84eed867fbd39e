/** Bugs to plant, by name. Each must be found, or the simulator is decoration. */

import type { Mutation } from '../world.js'
import { clientEffects, clientInputs, clientWakes, serverEffects, storeOperations } from './between.js'

const nothing = () => undefined

export const mutants: Readonly<Record<string, Mutation>> = {
  // ---- the server ----

  'the journal forgets what has ended': storeOperations((operation, carryOut) => {
    const result = carryOut(operation)
    return result.op === 'begin' && result.status === 'ended' ? { op: 'begin', status: 'new' } : result
  }),

  'the reply is not stored': storeOperations((operation, carryOut) =>
    operation.op === 'finish' ? { op: 'finish', status: 'ok', count: operation.count } : carryOut(operation),
  ),

  'a start is not journalled': storeOperations((operation, carryOut) =>
    carryOut(operation.op === 'begin' ? { ...operation, onlyLookUp: true } : operation),
  ),

  'what a dead server had started is run again': storeOperations((operation, carryOut) => {
    const result = carryOut(operation)
    return result.op === 'begin' && result.status === 'unknown' ? { op: 'begin', status: 'new' } : result
  }),

  'a push is said to be appended, and is not': storeOperations((operation, carryOut) =>
    operation.op === 'read' ? carryOut({ ...operation, after: operation.after + 1 }) : carryOut(operation),
  ),

  'every type is said to be idempotent': serverEffects(nothing, (effect) => {
    if (effect.kind !== 'transmit' || effect.frame.kind !== 'welcome') return [effect]
    return [{ ...effect, frame: { ...effect.frame, idempotent: ['text', 'twice', 'init'] } }]
  }),

  'a reply goes to the link that was attached last': serverEffects(
    () => ({ newest: 0 }),
    (effect, memory) => {
      if (effect.kind === 'attached') memory.newest = effect.link
      const isReply = effect.kind === 'transmit' && effect.frame.kind === 'reply'
      return [isReply ? { ...effect, link: memory.newest } : effect]
    },
  ),

  'a gap is not announced': serverEffects(nothing, (effect) => {
    if (effect.kind !== 'transmit') return [effect]
    if (effect.frame.kind === 'gap') return []
    if (effect.frame.kind !== 'welcome') return [effect]
    const { gap: _, ...frame } = effect.frame
    return [{ ...effect, frame }]
  }),

  // ---- the client ----

  'the time is looked at every 100 ms': clientWakes((at) => Math.ceil(at / 100) * 100),

  'a stream goes on one chunk too far': clientEffects(nothing, (effect) => {
    if (effect.kind !== 'transmit' || effect.frame.kind !== 'request' || effect.frame.from === undefined)
      return [effect]
    return [{ ...effect, frame: { ...effect.frame, from: effect.frame.from + 1 } }]
  }),

  'chunks of a resumed stream are given again': clientInputs(
    () => ({ chunks: 0 }),
    (input, memory) => {
      if (input.kind !== 'received' || input.frame.kind !== 'chunk') return input
      memory.chunks += 1
      // Every so often a chunk is taken for the next one.
      const off = memory.chunks % 20 === 0 && input.frame.chunk > 0 ? 1 : 0
      return { ...input, frame: { ...input.frame, chunk: input.frame.chunk - off } }
    },
  ),

  'a push is delivered again after a resume': clientEffects(
    () => ({ resumed: false }),
    (effect, memory) => {
      if (effect.kind === 'dial') memory.resumed = true
      if (effect.kind !== 'deliver' || !memory.resumed) return [effect]
      memory.resumed = false
      return [effect, effect]
    },
  ),

  'frames of older links count': clientInputs(
    () => ({ link: 0 }),
    (input, memory) => {
      if (input.kind === 'opened') memory.link = Math.max(memory.link, input.link)
      return input.kind === 'received' ? { ...input, link: memory.link } : input
    },
  ),

  'what has no answer is not asked for again': clientEffects(
    () => new Set<number>(),
    (effect, sent) => {
      if (effect.kind !== 'transmit' || effect.frame.kind !== 'request') return [effect]
      const again = sent.has(effect.frame.n)
      sent.add(effect.frame.n)
      return again ? [] : [effect]
    },
  ),

  'a cancel is sent once': clientEffects(
    () => new Set<number>(),
    (effect, cancelled) => {
      if (effect.kind !== 'transmit' || effect.frame.kind !== 'cancel') return [effect]
      const again = cancelled.has(effect.frame.n)
      cancelled.add(effect.frame.n)
      return again ? [] : [effect]
    },
  ),

  'a request counts as settled when its caller gave up': clientEffects(
    () => ({ highest: 0 }),
    (effect, memory) => {
      if (effect.kind !== 'transmit') return [effect]
      if (effect.frame.kind === 'cancel') memory.highest = Math.max(memory.highest, effect.frame.n)
      if (effect.frame.kind !== 'ack' || effect.frame.floor >= memory.highest) return [effect]
      return [{ ...effect, frame: { ...effect.frame, floor: memory.highest, settled: [] } }]
    },
  ),

  'every error says that nothing ran': clientEffects(nothing, (effect) => {
    if (effect.kind !== 'settle' || effect.outcome.ok) return [effect]
    return [{ ...effect, outcome: { ok: false, error: { ...effect.outcome.error, mayHaveExecuted: false } } }]
  }),

  'a timeout is reported twice': clientEffects(nothing, (effect) => {
    const isTimeout = effect.kind === 'settle' && !effect.outcome.ok && effect.outcome.error.code === 'TIMEOUT'
    return isTimeout ? [effect, effect] : [effect]
  }),

  'a new session is not announced': clientEffects(nothing, (effect) => (effect.kind === 'reset' ? [] : [effect])),
}

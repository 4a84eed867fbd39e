/** Bugs in what a store remembers. */

import type { Operation, Result } from '../machines.js'
import { nothing, storeOperations } from './between.js'
import type { Mutants } from './mutant.js'

type Begin = Extract<Operation, { readonly op: 'begin' }>

export const storeMutants: Mutants = {
  'the journal forgets what has ended': {
    kind: 'reply forgotten after the first send',
    ...storeOperations(nothing, (operation, carryOut) => asNew('ended', carryOut(operation))),
  },

  'the reply is not stored': {
    kind: 'reply forgotten after the first send',
    ...storeOperations(nothing, (operation, carryOut) =>
      operation.op === 'finish' ? { op: 'finish', status: 'ok', count: operation.count } : carryOut(operation),
    ),
  },

  'a start is not journalled': {
    kind: 'run before record',
    ...storeOperations(nothing, (operation, carryOut) =>
      carryOut(operation.op === 'begin' ? { ...operation, onlyLookUp: true } : operation),
    ),
  },

  'a run is journalled when it brings something': {
    kind: 'run before record',
    ...storeOperations(
      () => new Map<string, Begin>(),
      (operation, carryOut, unrecorded) => {
        if (operation.op === 'begin' && !operation.onlyLookUp) {
          unrecorded.set(`${operation.n} ${operation.fence.session}`, operation)
          return carryOut({ ...operation, onlyLookUp: true })
        }
        if (operation.op === 'chunks' || operation.op === 'finish') {
          const begin = unrecorded.get(`${operation.run.n} ${operation.run.session}`)
          if (begin) carryOut(begin)
        }
        return carryOut(operation)
      },
    ),
  },

  'what a dead server had started is run again': {
    kind: "re-run of a dead owner's request",
    ...storeOperations(nothing, (operation, carryOut) => asNew('unknown', carryOut(operation))),
  },

  'a reply that could not be kept is made again': {
    kind: 'dedupe memory that is full forgets',
    ...storeOperations(nothing, (operation, carryOut) => asNew('lost', carryOut(operation))),
  },

  'a push is said to be appended, and is not': {
    kind: 'missed pushes not replayed',
    ...storeOperations(nothing, (operation, carryOut) =>
      operation.op === 'read' ? carryOut({ ...operation, after: operation.after + 1 }) : carryOut(operation),
    ),
  },

  'what an older link asks for is done': {
    kind: 'no attempt fence',
    ...storeOperations(
      () => ({ newest: new Map<string, number>() }),
      (operation, carryOut, { newest }) => {
        if (operation.op === 'greet') {
          const known = newest.get(operation.client) ?? 0
          newest.set(operation.client, Math.max(known, operation.attempt))
          const result = carryOut(operation)
          if (result.op === 'greet' && result.status === 'ok') newest.set(result.session, operation.attempt)
          return result
        }
        if (operation.op === 'detach')
          return carryOut({ ...operation, attempt: newest.get(operation.client) ?? operation.attempt })
        if (!('fence' in operation)) return carryOut(operation)
        const { fence } = operation
        return carryOut({ ...operation, fence: { ...fence, attempt: newest.get(fence.session) ?? fence.attempt } })
      },
    ),
  },

  'the hello that comes last has the session': {
    kind: 'late hello overwrites a newer link',
    ...storeOperations(
      // For each client, its attempts in the order in which they came instead of the one in which they were made.
      () => ({
        came: new Map<string, number>(),
        places: new Map<string, number>(),
        clients: new Map<string, string>(),
      }),
      (operation, carryOut, { came, places, clients }) => {
        if (operation.op === 'greet') {
          const { client, attempt } = operation
          const place = (came.get(client) ?? 0) + 1
          came.set(client, place)
          places.set(`${attempt} ${client}`, place)
          const result = carryOut({ ...operation, attempt: place })
          if (result.op === 'greet' && result.status === 'ok') clients.set(result.session, client)
          return result
        }
        const placeOf = (attempt: number, client = '') => places.get(`${attempt} ${client}`) ?? attempt
        if (operation.op === 'detach')
          return carryOut({ ...operation, attempt: placeOf(operation.attempt, operation.client) })
        if (!('fence' in operation)) return carryOut(operation)
        const { fence } = operation
        return carryOut({
          ...operation,
          fence: { ...fence, attempt: placeOf(fence.attempt, clients.get(fence.session)) },
        })
      },
    ),
  },

  'a node goes on when its lease is gone': {
    kind: 'a lease that is never lost',
    ...storeOperations(
      () => new Map<string, number>(),
      (operation, carryOut, last) => {
        const result = carryOut(operation)
        if (operation.op !== 'renew' || result.op !== 'renew') return result
        if (result.status === 'gone')
          return { op: 'renew', status: 'ok', last: last.get(operation.owner) ?? 0, notes: [], over: [] }
        last.set(operation.owner, result.last)
        return result
      },
    ),
  },

  'a note counts as seen when the one before it was': {
    kind: 'notes forgotten before they were seen',
    ...storeOperations(nothing, (operation, carryOut) =>
      carryOut(operation.op === 'renew' ? { ...operation, seen: operation.seen + 1 } : operation),
    ),
  },
}

/** The journal knows nothing where it knew this. */
function asNew(status: 'ended' | 'unknown' | 'lost', result: Result): Result {
  return result.op === 'begin' && result.status === status ? { op: 'begin', status: 'new' } : result
}

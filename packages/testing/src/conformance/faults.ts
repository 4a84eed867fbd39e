/** Faults that a store could have, for the proof that the suite finds them: each changes what goes in, or what comes out. */

import type { Operation, Result } from '@backchat/server/store'
import type { OpenedStore } from './store-case.js'

interface Fault {
  readonly before?: (operation: Operation) => Operation
  readonly after?: (result: Result, operation: Operation) => Result
}

export const faults: Readonly<Record<string, Fault>> = {
  'a request that runs is started again': {
    after: (result) => (result.op === 'begin' && result.status === 'started' ? { op: 'begin', status: 'new' } : result),
  },
  'the request of an owner that is gone is run again': {
    before: (operation) => (operation.op === 'begin' ? { ...operation, idempotent: true } : operation),
  },
  'a late end is said to be kept': {
    after: (result) =>
      result.op === 'finish' && result.status === 'fenced' ? { op: 'finish', status: 'ok', count: 0 } : result,
  },
  'what is settled is not kept': {
    before: (operation) => (operation.op === 'confirm' ? { ...operation, settled: [] } : operation),
  },
  'a hello loses what is settled': {
    before: (operation) => (operation.op === 'greet' ? { ...operation, floor: 0, settled: [] } : operation),
  },
  'a gap is one too short': {
    after: (result) =>
      result.op === 'read' && result.status === 'ok' && result.gap
        ? { ...result, gap: { ...result.gap, to: result.gap.to - 1 } }
        : result,
  },
  'a read begins one too early': {
    before: (operation) =>
      operation.op === 'read' ? { ...operation, after: Math.max(0, operation.after - 1) } : operation,
  },
  'a read brings one too many': {
    before: (operation) => (operation.op === 'read' ? { ...operation, most: operation.most + 1 } : operation),
  },
  'notes are forgotten before they were seen': {
    before: (operation) => (operation.op === 'renew' ? { ...operation, seen: Number.MAX_SAFE_INTEGER } : operation),
  },
  'notes are never forgotten': {
    before: (operation) => (operation.op === 'renew' ? { ...operation, seen: 0 } : operation),
  },
  'sessions never end by time': {
    before: (operation) =>
      operation.op === 'renew' ? { ...operation, sessionTtlMs: Number.MAX_SAFE_INTEGER } : operation,
  },
  'leases never run out': {
    before: (operation) =>
      operation.op === 'enlist' || operation.op === 'renew'
        ? { ...operation, leaseMs: Number.MAX_SAFE_INTEGER }
        : operation,
  },
  'a restart leaves older incarnations alive': {
    before: ({ ...operation }) => {
      if (operation.op !== 'enlist') return operation
      const { node: _, ...rest } = operation
      return rest
    },
  },
  'a withdrawal says that nothing was given': {
    after: (result) =>
      result.op === 'withdraw' && result.status === 'ok' ? { op: 'withdraw', status: 'ok', given: false } : result,
  },
  'every page is the same': {
    before: (operation) => (operation.op === 'greet' ? { ...operation, page: 'page' } : operation),
  },
  'a push reaches who was excepted': {
    before: (operation) =>
      operation.op === 'append' && operation.target.to === 'room'
        ? { ...operation, target: { to: 'room', room: operation.target.room } }
        : operation,
  },
  'who looks up what is new starts it': {
    before: (operation) =>
      operation.op === 'begin' && operation.onlyLookUp !== true ? { ...operation, onlyLookUp: false } : operation,
  },
  'who looks up what is new takes over nothing': {
    before: (operation) =>
      operation.op === 'begin' && operation.onlyLookUp !== false ? { ...operation, onlyLookUp: true } : operation,
  },
  'who only looks up starts it': {
    before: (operation) => (operation.op === 'begin' ? { ...operation, onlyLookUp: false } : operation),
  },
  'chunks are brought from the first': {
    before: (operation) => (operation.op === 'begin' ? { ...operation, from: 0 } : operation),
  },
  'a push is numbered one too low': {
    after: (result) =>
      result.op === 'append'
        ? { ...result, appended: result.appended.map(({ session, push }) => ({ session, push: push - 1 })) }
        : result,
  },
  'a wrong secret is right': {
    before: (operation) => (operation.op === 'greet' ? { ...operation, secretHash: 'hash' } : operation),
  },
  'a client is the same for every user': {
    before: (operation) =>
      operation.op === 'greet' || operation.op === 'detach' ? { ...operation, user: 'ann' } : operation,
  },
}

/** A store with one of them. */
export const withFault = (opened: OpenedStore, { before, after }: Fault): OpenedStore => {
  const { store } = opened
  const apply = async (operations: readonly Operation[]) => {
    const results = await store.apply(operations.map((operation) => before?.(operation) ?? operation))
    return results.map((result, index) => {
      const operation = operations[index]
      return operation === undefined ? result : (after?.(result, operation) ?? result)
    })
  }
  return { ...opened, store: { ...store, apply } }
}

/** What a store did, as facts: it alone knows for certain. */

import type { ServerFact, Without } from './facts.js'
import type { Operation, Result } from './machines.js'

export function stored(operation: Operation, result: Result): Without<ServerFact, 'node'>[] {
  switch (operation.op) {
    case 'append': {
      if (result.op !== 'append') return []
      const { id } = JSON.parse(operation.message)
      const { bytes } = operation
      return result.appended.map(({ session, push }) => ({ fact: 'appended', session, push, id, bytes }))
    }
    case 'begin': {
      const isStart = result.op === 'begin' && result.status === 'new' && !operation.onlyLookUp
      return isStart ? [{ fact: 'begun', session: operation.fence.session, n: operation.n }] : []
    }
    case 'finish': {
      const isEnd = result.op === 'finish' && result.status === 'ok'
      return isEnd ? [{ fact: 'finished', session: operation.run.session, n: operation.run.n }] : []
    }
    case 'greet':
      if (result.op !== 'greet' || result.status !== 'ok') return []
      return result.over.map(({ session }) => ({ fact: 'forgotten', session }))
    case 'end':
      return result.op === 'end' && result.status === 'ok'
        ? [{ fact: 'forgotten', session: operation.fence.session }]
        : []
    default:
      return []
  }
}

/** What a store did, as facts: it alone knows for certain. */

import type { ServerFact } from './facts.js'
import type { Operation, Result } from './machines.js'

export function tellStored(node: number, operation: Operation, result: Result, tell: (fact: ServerFact) => void): void {
  switch (operation.op) {
    case 'append': {
      if (result.op !== 'append') return
      const id = idOf(operation.message)
      const isPush = operation.ask === undefined
      const { bytes } = operation
      for (const { session, push } of result.appended)
        tell({ fact: 'appended', node, session, push, isPush, id, bytes })
      return
    }
    case 'withdraw': {
      if (result.op !== 'withdraw' || result.status !== 'ok' || !result.given) return
      const { session, push } = operation
      return tell({
        fact: 'appended',
        node,
        session,
        push: result.push,
        isPush: false,
        id: `withdraws ${push}`,
        bytes: 0,
      })
    }
    case 'begin': {
      const isStart =
        result.op === 'begin' && result.status === 'new' && (result.again === true || !operation.onlyLookUp)
      if (!isStart) return
      const { fence, n, owner } = operation
      return tell({ fact: 'begun', node, session: fence.session, n, owner })
    }
    case 'finish': {
      if (result.op !== 'finish' || result.status !== 'ok') return
      const { session, n, owner } = operation.run
      return tell({ fact: 'finished', node, session, n, owner })
    }
    case 'greet':
      if (result.op !== 'greet' || result.status !== 'ok') return
      tell({ fact: 'greeted', node, session: result.session })
      for (const { session } of result.over) tell({ fact: 'forgotten', node, session })
      return
    case 'end':
      if (result.op !== 'end' || result.status !== 'ok') return
      return tell({ fact: 'forgotten', node, session: operation.fence.session })
    case 'enlist':
      return tell({ fact: 'renewed', node })
    case 'renew':
      if (result.op !== 'renew' || result.status !== 'ok') return
      tell({ fact: 'renewed', node })
      for (const { session } of result.over) tell({ fact: 'forgotten', node, session })
      return
    default:
  }
}

/** Every message of a server begins with its id; to parse all of it would take longer than all else here. */
function idOf(message: string): string {
  const from = message.indexOf(mark) + mark.length
  return message.slice(from, message.indexOf('"', from))
}

const mark = '"id":"'

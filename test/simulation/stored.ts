/** What a store did, as facts: it alone knows for certain. */

import type { ServerFact } from './facts.js'
import type { Operation, Result } from './machines.js'

export function stored(node: number, operation: Operation, result: Result): readonly ServerFact[] {
  switch (operation.op) {
    case 'append': {
      if (result.op !== 'append') return none
      const id = idOf(operation.message)
      const { bytes } = operation
      return result.appended.map(({ session, push }) => ({
        fact: 'appended',
        node,
        session,
        push,
        isPush: operation.ask === undefined,
        id,
        bytes,
      }))
    }
    case 'withdraw': {
      if (result.op !== 'withdraw' || result.status !== 'ok' || !result.given) return none
      const { session, push } = operation
      return [{ fact: 'appended', node, session, push: result.push, isPush: false, id: `withdraws ${push}`, bytes: 0 }]
    }
    case 'begin': {
      const isStart =
        result.op === 'begin' && result.status === 'new' && (result.again === true || !operation.onlyLookUp)
      if (!isStart) return none
      const { fence, n, owner } = operation
      return [{ fact: 'begun', node, session: fence.session, n, owner }]
    }
    case 'finish': {
      const isEnd = result.op === 'finish' && result.status === 'ok'
      if (!isEnd) return none
      const { session, n, owner } = operation.run
      return [{ fact: 'finished', node, session, n, owner }]
    }
    case 'greet':
      if (result.op !== 'greet' || result.status !== 'ok') return none
      return [
        { fact: 'greeted', node, session: result.session },
        ...result.over.map(({ session }) => ({ fact: 'forgotten', node, session }) as const),
      ]
    case 'end':
      return result.op === 'end' && result.status === 'ok'
        ? [{ fact: 'forgotten', node, session: operation.fence.session }]
        : none
    case 'enlist':
      return [{ fact: 'renewed', node }]
    case 'renew': {
      if (result.op !== 'renew' || result.status !== 'ok') return none
      const over = result.over.map(({ session }) => ({ fact: 'forgotten', node, session }) as const)
      return [{ fact: 'renewed', node }, ...over]
    }
    default:
      return none
  }
}

const none: readonly ServerFact[] = []

/** Every message of a server begins with its id; to parse all of it would take longer than all else here. */
function idOf(message: string): string {
  const from = message.indexOf(mark) + mark.length
  return message.slice(from, message.indexOf('"', from))
}

const mark = '"id":"'

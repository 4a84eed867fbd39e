/** The application of the cases on a real manager. */

import type { WebSocketManager } from '@backchat/server'
import { behaviourOf, idempotentType, types } from './application.js'

export function runApplication(manager: WebSocketManager): void {
  for (const type of types) {
    manager.registerHandler(
      type,
      async function* ({ content }, { signal, session }) {
        const behaviour = behaviourOf(type, content)
        if (behaviour.does === 'fail') throw new Error('It failed.')
        if (behaviour.does === 'work') await new Promise((resolve) => signal.addEventListener('abort', resolve))
        if (behaviour.does === 'yield') for (let chunk = 0; chunk < behaviour.chunks; chunk++) yield `chunk ${chunk}`
        if (behaviour.does === 'push') {
          for (let push = 1; push <= behaviour.pushes; push++) {
            await manager.sendToSession(session.id, { type: 'system', content: push })
          }
        }
        return content
      },
      { idempotent: type === idempotentType },
    )
  }
}

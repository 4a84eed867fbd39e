/** Which asks can succeed if only the network and the servers let them. */

import { limits } from '@backchat/protocol'
import type { Ask, Scenario } from './scenario.js'

export function canSucceed({ type, change, handler, client }: Ask, { server, clients }: Scenario): boolean {
  if (type === 'nobody' || handler.end === 'throw' || change) return false
  // An init that is still open when a new session begins makes room for that session's own.
  if (type === 'init') return false
  const silenceMs = Math.max(handler.workMs, handler.chunkMs)
  const plan = clients[client]
  const isServed = plan?.queue === limits.queue && plan.closeAtMs === undefined
  return isServed && silenceMs < server.handlerMs && !isLarge(handler.bytes)
}

/** So large that a few such replies are more than a journal keeps. */
export function isLarge(bytes: number): boolean {
  return bytes > 100_000
}

/** The server's half of the panel *Break it*: each button is one POST. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChaosProxy } from '@backchat/testing'
import type { KeptProcess } from './keep-alive.js'

export function breakIt(
  proxy: ChaosProxy,
  chatServer: KeptProcess,
): (request: IncomingMessage, response: ServerResponse) => void {
  const breakages = new Map<string, () => void>([
    ['cut', () => proxy.cut({ how: 'rst' })],
    ['half-open', () => proxy.blackHole({ forMs: 10_000 })],
    // Half of it on the way there, half on the way back.
    ['delay', () => proxy.delay(1_000)],
    ['no-delay', () => proxy.delay(0)],
    ['kill', () => chatServer.kill()],
  ])
  return (request, response) => {
    const breakage = breakages.get((request.url ?? '').slice('/break/'.length))
    // Another site's page must not be able to press these buttons; a browser says where a POST comes from.
    const origin = request.headers.origin
    const foreign = origin !== undefined && new URL(origin).host !== request.headers.host
    if (request.method !== 'POST' || !breakage || foreign) {
      response.writeHead(foreign ? 403 : 404).end()
      return
    }
    breakage()
    response.writeHead(204).end()
  }
}

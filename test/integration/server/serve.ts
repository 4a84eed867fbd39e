/** A manager on a real HTTP server, a clock that may run faster than the wall's, and the proof that closing leaves nothing behind. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock, Untyped } from '@backchat/protocol'
import { type Guest, type Identity, type Logger, type ManagerOptions, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished } from 'vitest'

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** A clock that counts its timers. With `speed` 10 five seconds pass in half of one. */
export const testClock = (speed = 1): Clock & { readonly timers: () => number } => {
  let timers = 0
  return {
    timers: () => timers,
    now: () => performance.now() * speed,
    wall: () => Date.now(),
    after(delayMs, callback) {
      timers += 1
      let over = false
      const end = () => {
        if (!over) timers -= 1
        over = true
      }
      const timer = setTimeout(() => {
        end()
        callback()
      }, delayMs / speed)
      return () => {
        clearTimeout(timer)
        end()
      }
    },
  }
}

type Options<C, User extends Identity, State extends object> = Omit<
  ManagerOptions<C, User, State>,
  'server' | 'port' | 'host' | 'clock'
>

/**
 * Serves until the test is over, then closes and looks for what was left behind. Handlers that never end are given no
 * time to.
 */
export const serve = async <
  const C = Untyped,
  User extends Identity = Guest,
  State extends object = Record<string, unknown>,
>(
  options: Options<C, User, State> = {},
  speed = 1,
) => {
  const server = createServer((_request, response) => response.end('the application’s own page'))
  server.listen(0)
  await once(server, 'listening')
  const clock = testClock(speed)
  const manager = new WebSocketManager<C, User, State>({ logger: silent, ...options, server, clock })
  const errors: unknown[] = []
  manager.on('error', (error) => errors.push(error))
  await manager.ready
  onTestFinished(async () => {
    await manager.close({ drain: 0 })
    expect(clock.timers()).toBe(0)
    expect(server.listenerCount('upgrade')).toBe(0)
    await closed(server)
  })
  return { manager, server, errors, clock, url: `ws://localhost:${portOf(server)}` }
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Resolves when nobody is connected any more: a socket that was forgotten would hold it up until the test fails. */
const closed = async (server: Server): Promise<void> => {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

/** A port that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

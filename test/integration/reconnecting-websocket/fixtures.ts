/** What the tests of the sixteen faults share: the bare library, our transport, and ways to wait for a condition. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import ReconnectingWebSocket, { type Options, type UrlProvider } from 'reconnecting-websocket'
import { afterEach, expect, vi } from 'vitest'
import WebSocket from 'ws'
import { Facts } from '../../../packages/client/src/transport/facts.js'
import type { Peer } from '../../../packages/client/src/transport/peers.js'
import type { TransportOptions } from '../../../packages/client/src/transport/transport.js'
import { openWebSocket } from '../../../packages/client/src/transport/websocket.js'

/** Long enough for the bare library to dial many times over, with its delays as {@link bare} sets them. */
const watchMs = 400

const endings: (() => unknown)[] = []

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
  await eventually(() => expect(openSockets()).toEqual([]))
})

/** What is left of sockets and servers in this process. */
function openSockets(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'))
}

/** Ends it with the test, last made first. */
export function ending(end: () => unknown): void {
  endings.push(end)
}

export function held<P extends Peer>(peer: P): P {
  ending(() => peer.close())
  return peer
}

/** The library as it comes, but for delays that a test can wait for. */
export function bare(url: UrlProvider, options: Options = {}): ReconnectingWebSocket {
  const socket = new ReconnectingWebSocket(url, [], {
    WebSocket,
    minReconnectionDelay: 10,
    maxReconnectionDelay: 10,
    ...options,
  })
  ending(() => socket.close())
  return socket
}

/** Our transport, dialled as the machine would. */
export function ours(options: Omit<TransportOptions, 'events'>) {
  const facts = new Facts()
  const transport = openWebSocket({ ...options, events: facts })
  ending(() => transport.close())
  return { transport, facts }
}

export const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(async () => check(), { timeout: 15_000, interval: 5 })

/** Stays so for as long as it is watched. A fault is that nothing happens, so there is no event to wait for. */
export async function stays(check: () => unknown): Promise<void> {
  const end = performance.now() + watchMs
  while (performance.now() < end) {
    check()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface Exit {
  readonly code: number
  readonly output: string
}

/** Runs a script of `bare/` in a process of its own, since the fault is that it dies. */
export function runBare(script: string, ...args: string[]): Promise<Exit> {
  const path = fileURLToPath(new URL(`bare/${script}`, import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : Number.NaN
      resolve({ code, output: stdout + stderr })
    })
  })
}

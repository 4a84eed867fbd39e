/** A real server that echoes, and clients of it, for the faults whose absence is the machine's work. */

import { createServer } from 'node:http'
import { type Client, type ClientOptions, createClient } from '@backchat/client'
import { type Logger, WebSocketManager } from '@backchat/server'
import { type ChaosProxy, chaosProxy } from '@backchat/testing'
import { ending } from './fixtures.js'

export interface Echo {
  readonly port: number
  readonly url: string
  readonly manager: WebSocketManager
}

/** Answers `echo` with the content it was sent. */
export async function echoServer({ port = 0 } = {}): Promise<Echo> {
  const server = createServer()
  const manager = new WebSocketManager({ server, logger: silence })
  ending(async () => {
    await manager.close({ drain: 0 })
    await new Promise((resolve) => server.close(resolve))
  })
  manager.registerHandler('echo', (message) => message.content)
  await manager.ready
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port')
  return { port: address.port, url: `ws://127.0.0.1:${address.port}`, manager }
}

export function chatClient(options: ClientOptions): Client {
  const client = createClient(options)
  ending(() => client.close())
  return client
}

export async function proxyTo(port: number): Promise<ChaosProxy> {
  const proxy = await chaosProxy({ target: { port } })
  ending(() => proxy.close())
  return proxy
}

const silence: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silence }

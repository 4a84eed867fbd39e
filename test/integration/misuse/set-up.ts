/** A real client on a real server, and the proof that misuse leaves nothing behind: no rejection unheard, no timer, nobody who waits. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type ClientOptions, createClient } from '@backchat/client'
import { BackchatError, type ErrorCode } from '@backchat/protocol'
import type { Handler, ManagerOptions, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished } from 'vitest'
import { serve, testClock } from '../server/serve.js'

type Served = Omit<ManagerOptions, 'server' | 'port' | 'host' | 'clock'>

export interface Pair {
  readonly client: Client
  readonly manager: WebSocketManager
  readonly url: string
  /** What the manager and the client told of, as errors that nobody waits for. */
  readonly serverErrors: readonly unknown[]
  readonly clientErrors: readonly BackchatError[]
}

/** Both, until the test is over. Then nothing may be left of either. */
export async function pair(
  handlers: Readonly<Record<string, Handler>> = {},
  { served = {}, options = {} }: { readonly served?: Served; readonly options?: Partial<ClientOptions> } = {},
): Promise<Pair> {
  const unheard = unheardRejections()
  const { manager, url, errors } = await serve(served)
  for (const [type, handler] of Object.entries(handlers)) manager.registerHandler(type, handler)
  manager.registerHandler('echo', ({ content }) => content)
  const client = clientOf(url, options)
  const clientErrors: BackchatError[] = []
  client.events.on('error', (error) => clientErrors.push(error))
  onTestFinished(() => expect(unheard).toEqual([]))
  return { client, manager, url, serverErrors: errors, clientErrors }
}

/** Closed when the test is over, if it is not before: nobody waits, and no timer is left. */
export function clientOf(url: ClientOptions['url'], options: Partial<ClientOptions> = {}): Client {
  const clock = testClock()
  const client = createClient({ url, clock, ...options })
  onTestFinished(async () => {
    await client.close()
    expect(client.pending()).toEqual([])
    expect(clock.timers()).toBe(0)
  })
  return client
}

/** The pair still works: a request is answered. */
export async function isWell({ client }: Pick<Pair, 'client'>): Promise<void> {
  expect(await client.request('echo', 'well')).toMatchObject({ content: 'well' })
}

/** The code of the error with which it rejects. Anything else that it does fails the test. */
export async function codeOf(promise: PromiseLike<unknown>): Promise<ErrorCode> {
  let settled: unknown
  try {
    settled = await promise
  } catch (error) {
    if (!BackchatError.is(error)) throw error
    return error.code
  }
  throw new Error(`It resolved with ${JSON.stringify(settled)}.`)
}

/** Whether it has settled by now. */
export async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  const waits = Symbol('waits')
  const first = await Promise.race([
    promise.catch(() => 'rejected'),
    new Promise((resolve) => setImmediate(resolve, waits)),
  ])
  return first !== waits
}

/** It will hold soon. */
export async function eventually(holds: () => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return holds()
    } catch (error) {
      if (tries === 200) throw error
      await sleep(5)
    }
  }
}

/** Rejections and exceptions that nobody heard, from here to the end of the test; the test runner hears of none of them. */
export function unheardRejections(): readonly unknown[] {
  const unheard: unknown[] = []
  const hear = (thrown: unknown) => void unheard.push(thrown)
  const events = ['unhandledRejection', 'uncaughtException'] as const
  const before = events.map((event) => [event, process.listeners(event as 'uncaughtException')] as const)
  for (const event of events) {
    process.removeAllListeners(event)
    process.on(event, hear)
  }
  onTestFinished(async () => {
    // Node tells of rejections when the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve))
    for (const [event, listeners] of before) {
      process.removeAllListeners(event)
      for (const listener of listeners) process.on(event, listener)
    }
  })
  return unheard
}

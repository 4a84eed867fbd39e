/** Carries the schedule out: on the ways of the clients, and on the server. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosProxy } from '@backchat/testing'
import type { Recorder } from './recorder.js'
import type { Fault, Strike } from './schedule.js'
import type { ServerProcess } from './server-process.js'

export interface Targets {
  /** The way of each client. */
  readonly ways: readonly ChaosProxy[]
  readonly server: Pick<ServerProcess, 'kill' | 'freeze' | 'restart'>
  readonly history: Recorder
}

/** Each at its time; one that waits for the server holds up no other. */
export async function strikeAll(schedule: readonly Strike[], targets: Targets): Promise<void> {
  const strikes = schedule.map(async ({ atMs, fault }) => {
    await sleep(atMs)
    await strike(fault, targets)
  })
  await Promise.all(strikes)
}

async function strike(fault: Fault, { ways, server, history }: Targets): Promise<void> {
  history.write({ kind: 'struck', fault })
  switch (fault.kind) {
    case 'kill':
      return server.kill(fault.downMs)
    case 'freeze':
      return server.freeze(fault.forMs)
    case 'restart':
      return server.restart(fault.downMs)
    default: {
      const struck = fault.clients.flatMap((client) => ways[client] ?? [])
      await Promise.all(struck.map((way) => strikeWay(fault, way)))
    }
  }
}

async function strikeWay(fault: Extract<Fault, { readonly clients: unknown }>, way: ChaosProxy): Promise<void> {
  switch (fault.kind) {
    case 'cut':
      return way.cut(fault)
    case 'half-open':
      return way.blackHole(fault)
    case 'replies dropped':
      // When the hole closes, links that lost something in it are cut.
      return way.blackHole({ direction: 'down', forMs: fault.forMs, dials: 'carried' })
    case 'delay':
      way.delay(fault.delayMs)
      await sleep(fault.forMs)
      return way.delay(0)
    case 'stall':
      return way.stall(fault)
  }
}

/** Has the faults happen that concern one client, or one node. */

import type { MemoryNetwork, PlannedCut } from '@backchat/testing'
import type { Fault } from './scenario.js'
import type { SimulatedClient } from './simulated-client.js'
import type { SimulatedServer } from './simulated-server.js'

/** Has the link cut exactly before the next frame of that kind. */
export function cutBefore({ frame, side }: Extract<Fault, { kind: 'cutBefore' }>, network: MemoryNetwork): PlannedCut {
  const direction = ['request', 'ack', 'cancel', 'hello', 'bye'].includes(frame) ? 'up' : 'down'
  return network.cutBefore(`"kind":"${frame}"`, { direction, side })
}

/** Does it to the client, or to its way to the server. */
export function strike(
  fault: Exclude<Fault, { kind: 'amnesia' | 'rollback' | 'lockout' | 'cutBefore' } | { node: number }>,
  network: MemoryNetwork,
  client: SimulatedClient,
): void {
  const never = Number.POSITIVE_INFINITY
  switch (fault.kind) {
    case 'cut':
      return network.cut({ clientAfterMs: fault.clientAfterMs ?? never, serverAfterMs: fault.serverAfterMs ?? never })
    case 'hole':
      return network.blackHole({ direction: fault.direction, forMs: fault.forMs })
    case 'stall':
      return network.stall({ direction: fault.direction, forMs: fault.forMs })
    case 'delay':
      return network.delay(fault.delayMs, fault.direction)
    case 'refuse':
      return network.refuse(fault.forMs)
    case 'silence':
      return network.silence(fault.forMs)
    case 'sleep':
      return client.sleep(fault.forMs, fault.wakes)
    case 'clock':
      return client.setClock(fault.byMs)
    case 'reauthenticate':
      return client.reauthenticate()
    case 'sign':
      return client.noticed(fault.sign)
  }
}

/** Does it to the node, or to its way to the store. */
export function strikeNode(
  fault: Exclude<Extract<Fault, { node: number }>, { kind: 'restart' }>,
  server: SimulatedServer,
): void {
  switch (fault.kind) {
    case 'pause':
      return server.pause(fault.forMs)
    case 'busy':
      return server.busy(fault.forMs)
    case 'store':
      return server.loseStore(fault.forMs, fault.carriesOut)
    case 'slow':
      return server.slowStore(fault.forMs, fault.delayMs)
    case 'deaf':
      return server.deafen(fault.forMs)
  }
}

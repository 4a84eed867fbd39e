/** What makes a client a copy of another one: it says that it is the same, until it is told that it is not. */

import type { Ids } from '@backchat/protocol'
import type { ClientEffect, ClientInput, Machine } from './machines.js'

/** The first client id and the first secret are those that the other one makes first. */
export function copiedIds(own: Ids, others: Ids): Ids {
  // Its page comes first; the copy has another one.
  others.id()
  let copied: { client: string; secret: string } | undefined = { client: others.client(), secret: others.secret() }
  return {
    id: () => own.id(),
    message: () => own.message(),
    client: () => copied?.client ?? own.client(),
    secret() {
      const secret = copied?.secret ?? own.secret()
      copied = undefined
      return secret
    },
  }
}

/** As long as it is the other one, it says so many dials more than it made. */
export function ahead(
  machine: Machine<ClientInput, ClientEffect>,
  attempts: number,
): Machine<ClientInput, ClientEffect> {
  let client: string | undefined
  const moved = (effect: ClientEffect): ClientEffect => {
    if (effect.kind !== 'transmit' || effect.frame.kind !== 'hello') return effect
    const { frame } = effect
    client ??= frame.client
    return frame.client === client ? { ...effect, frame: { ...frame, attempt: frame.attempt + attempts } } : effect
  }
  return { handle: (input, now) => machine.handle(input, now).map(moved), wakeAt: () => machine.wakeAt() }
}

/** Pushes without numbers: each side counts for itself, and the server takes what it sent for received. */

import type { ClientInput } from '../machines.js'
import type { Mutation } from '../world.js'

export const impliedNumbering: Mutation = {
  client: (machine) => {
    let count = 0
    const counted = (input: ClientInput): ClientInput => {
      if (input.kind !== 'received') return input
      const { frame } = input
      if (frame.kind === 'welcome') count = frame.gap?.to ?? (frame.resumed ? count : 0)
      if (frame.kind === 'gap') count = frame.to
      if (frame.kind !== 'push') return input
      count += 1
      return { ...input, frame: { ...frame, push: count } }
    }
    return { handle: (input, now) => machine.handle(counted(input), now), wakeAt: () => machine.wakeAt() }
  },
  server: (machine) => {
    const clientOf = new Map<number, string>()
    /** The epoch of each client, and the last push that was sent to it. */
    const sent = new Map<string, { readonly epoch: string; push: number }>()
    return {
      handle(input, now) {
        let told = input
        if (input.kind === 'received' && input.frame.kind === 'hello') {
          const { client, epoch, lastPush } = input.frame
          clientOf.set(input.link, client)
          const known = sent.get(client)
          if (known && known.epoch === epoch)
            told = { ...input, frame: { ...input.frame, lastPush: Math.max(lastPush, known.push) } }
        }
        const effects = machine.handle(told, now)
        for (const effect of effects) {
          if (effect.kind !== 'transmit') continue
          const client = clientOf.get(effect.link) ?? ''
          const known = sent.get(client)
          const { frame } = effect
          if (frame.kind === 'welcome' && known?.epoch !== frame.epoch)
            sent.set(client, { epoch: frame.epoch, push: 0 })
          if (frame.kind === 'push' && known) known.push = Math.max(known.push, frame.push)
        }
        return effects
      },
      wakeAt: () => machine.wakeAt(),
    }
  },
}

/** The server pushes to everybody; as soon as everybody has a push another one follows, a few of them being on their way. */

import type { Contact } from '../peers/peer.js'
import type { Contacts } from './contacts.js'
import type { Counted } from './in-flight.js'
import { Span } from './span.js'

export interface BroadcastPlan {
  /** Pushes that are on their way. */
  readonly ahead: number
  readonly forMs: number
}

export async function broadcast(contacts: Contacts, { ahead, forMs }: BroadcastPlan): Promise<Counted> {
  const { all } = contacts
  listenTo(all)
  const span = new Span(forMs)
  let count = 0
  let outstanding = 0
  await new Promise<void>((resolve, reject) => {
    const shout = () => {
      outstanding += all.length
      all[0]?.shout().then(undefined, reject)
    }
    delivered = () => {
      outstanding -= 1
      if (!span.over) count += 1
      if (outstanding % all.length === 0 && !span.over) shout()
      if (outstanding === 0) resolve()
    }
    for (let i = 0; i < ahead; i++) shout()
  })
  return { count, seconds: span.seconds }
}

/** One push; settles with how many seconds later the last of all clients has it. */
export async function pushToAll({ all }: Contacts): Promise<number> {
  listenTo(all)
  let left = all.length
  const began = performance.now()
  await new Promise<void>((resolve, reject) => {
    delivered = () => {
      left -= 1
      if (left === 0) resolve()
    }
    all[0]?.shout().then(undefined, reject)
  })
  return (performance.now() - began) / 1_000
}

const listening = new WeakSet<Contact>()
let delivered = () => {}

function listenTo(all: readonly Contact[]): void {
  for (const contact of all) {
    if (!listening.has(contact)) contact.onPush(() => delivered())
    listening.add(contact)
  }
}

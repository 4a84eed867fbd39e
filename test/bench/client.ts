/** The clients of one peer, in a process of their own: `client.mjs <peer> <port>`. */

import { obey } from './commands.js'
import { broadcast, pushToAll } from './load/broadcast.js'
import { Contacts } from './load/contacts.js'
import { capacity, Employers, employ } from './load/employment.js'
import { inFlight } from './load/in-flight.js'
import { openLoop } from './load/open-loop.js'
import { roundTrips } from './load/round-trips.js'
import { spread } from './load/spread.js'
import { streams } from './load/streams.js'
import { peerOf } from './peers/peers.js'
import { cpuMs } from './usage.js'

const [name, port] = process.argv.slice(2)
const peer = await peerOf(name)
const contacts = new Contacts(peer, Number(port))
let employers: Employers | undefined
const theEmployers = (): Employers => {
  employers ??= new Employers(peer, Number(port))
  return employers
}

const commands = {
  cpuMs,
  /** Makes it so many clients, no more and no fewer; settles with how many seconds it took. */
  open: (count: number) => contacts.open(count),
  roundTrips: (plan: Parameters<typeof roundTrips>[1]) => roundTrips(contacts, plan),
  inFlight: (plan: Parameters<typeof inFlight>[1]) => inFlight(contacts, plan),
  broadcast: (plan: Parameters<typeof broadcast>[1]) => broadcast(contacts, plan),
  pushToAll: () => pushToAll(contacts),
  spread: (plan: Parameters<typeof spread>[1]) => spread(contacts, plan),
  streams: (plan: Parameters<typeof streams>[1]) => streams(contacts, plan),
  openLoop: (plan: Parameters<typeof openLoop>[1]) => openLoop(contacts, plan),
  capacity: (plan: Parameters<typeof capacity>[1]) => capacity(theEmployers(), plan),
  /** Makes them ready. */
  hire: async (count: number) => (await theEmployers().atLeast(count)).length,
  employ: (plan: Parameters<typeof employ>[1]) => employ(theEmployers(), plan),
  /** All ask at once, however long it takes; settles with when each had its answer, in milliseconds since the epoch. */
  askAgain: () => contacts.askAgain(),
}

export type ClientCommands = typeof commands

obey(commands)

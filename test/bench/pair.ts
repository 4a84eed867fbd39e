/** One peer's server and its clients, each a process on a core of its own. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.js'
import { Child } from './child.js'
import type { ClientCommands } from './client.js'
import type { ServeOptions } from './peers/peer.js'
import type { PeerName } from './peers/peers.js'
import type { ServerCommands } from './server.js'

export interface Scripts {
  /** Where `server.mjs` and `client.mjs` are. */
  readonly folder: string
  /** Where to write what the profiler saw, if it is to look. */
  readonly profileTo: string | undefined
}

export interface Metered<T> {
  readonly result: T
  readonly serverMs: number
  /** Of all clients together. */
  readonly clientMs: number
}

export class Pair {
  readonly name: PeerName
  readonly clients: Child<ClientCommands>
  #server: Child<ServerCommands>
  readonly #place: ServeOptions
  readonly #scripts: Scripts

  private constructor(
    name: PeerName,
    place: ServeOptions,
    scripts: Scripts,
    server: Child<ServerCommands>,
    clients: Child<ClientCommands>,
  ) {
    this.name = name
    this.clients = clients
    this.#server = server
    this.#place = place
    this.#scripts = scripts
  }

  static async start(name: PeerName, scripts: Scripts, how: Pick<ServeOptions, 'mostLateMs'> = {}): Promise<Pair> {
    const place = { ...how, port: await freePort(), folder: await mkdtemp(join(tmpdir(), 'backchat-bench-')) }
    const server = await serverOf(name, scripts)
    await server.tell('serve', place)
    const { folder, profileTo } = scripts
    const args = [name, String(place.port)]
    const clients = await Child.start<ClientCommands>({ script: join(folder, 'client.mjs'), args, core: 1, profileTo })
    return new Pair(name, place, scripts, server, clients)
  }

  get server(): Child<ServerCommands> {
    return this.#server
  }

  /** Does something, and tells how much processor time it took on both sides. */
  async metered<T>(act: () => Promise<T>): Promise<Metered<T>> {
    const before = await this.#used()
    const result = await act()
    const after = await this.#used()
    return { result, serverMs: after[0] - before[0], clientMs: after[1] - before[1] }
  }

  #used() {
    return Promise.all([this.#server.tell('cpuMs'), this.clients.tell('cpuMs')])
  }

  /**
   * Ends the server by SIGKILL; another one, which stands by, listens at the same port and on the same store after that time.
   * Halfway, when everybody has noticed, `meanwhile` is called. Settles when the other one listens.
   */
  async outage(forMs: number, meanwhile: () => void): Promise<void> {
    const next = await serverOf(this.name, this.#scripts)
    await this.#server.kill()
    this.#server = next
    await sleep(forMs / 2)
    meanwhile()
    await sleep(forMs / 2)
    await next.tell('serve', this.#place)
  }

  async stop(): Promise<void> {
    await this.clients.stop()
    await this.#server.stop()
    await rm(this.#place.folder, { recursive: true })
  }
}

const serverOf = (name: PeerName, { folder, profileTo }: Scripts) =>
  Child.start<ServerCommands>({ script: join(folder, 'server.mjs'), args: [name], core: 0, profileTo })

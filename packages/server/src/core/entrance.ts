/** Where links come in: upgrades on a server of the application's, or on a port of our own. */

import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Listening } from '../api.js'
import { createOwnServer, listen, stop } from './own-server.js'
import { acceptUpgrades, turnAway, type UpgradeOptions } from './upgrade.js'

export class Entrance {
  readonly #server: Server
  readonly #failed: (error: unknown) => void
  readonly #own: { readonly port: number; readonly host: string | undefined } | undefined
  readonly #stopAccepting: () => void
  #stopTurningAway: () => void = () => {}
  #listening: Promise<void> | undefined
  #closed = false

  /** `answer` is for plain HTTP on a port of our own. */
  constructor(where: Listening, answer: RequestListener, options: UpgradeOptions) {
    this.#failed = options.failed
    this.#own = where.server === undefined ? { port: where.port, host: where.host } : undefined
    this.#server = where.server ?? createOwnServer(answer)
    this.#stopAccepting = acceptUpgrades(this.#server, options)
  }

  /** Listens, on a port of our own, and says where; never waits for a server of the application's. */
  async open(): Promise<AddressInfo | undefined> {
    if (this.#own === undefined || this.#closed) return undefined
    this.#listening = listen(this.#server, this.#own)
    await this.#listening
    // A socket that cannot be accepted, say for want of file descriptors, must not end the process.
    this.#server.on('error', this.#failed)
    // A text stands for a pipe, which no port is.
    const where = this.#server.address()
    return where === null || typeof where === 'string' ? undefined : where
  }

  /**
   * Lets nobody in any more. Links that came in stay; a server of the application's goes on. A port of our own still
   * answers probes, and turns links away.
   */
  shut(): void {
    this.#closed = true
    this.#stopAccepting()
    if (this.#own !== undefined) this.#stopTurningAway = turnAway(this.#server)
  }

  /** Resolves when the port is free, which is after the last link has gone. */
  async close(): Promise<void> {
    this.#stopTurningAway()
    if (this.#own === undefined) return
    // A server that is about to listen cannot be closed before it does.
    await this.#listening?.catch(() => {})
    await stop(this.#server)
  }
}

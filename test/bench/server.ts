/** The server of one peer, in a process of its own: `server.mjs <peer>`. It serves when it is told to. */

import { channel } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { obey } from './commands.js'
import type { ServeOptions } from './peers/peer.js'
import { peerOf } from './peers/peers.js'
import { cpuMs } from './usage.js'

const peer = await peerOf(process.argv[2])

/** When each connection was accepted, in milliseconds since the epoch. */
const accepted: number[] = []
channel('net.server.socket').subscribe(() => accepted.push(Date.now()))

const commands = {
  serve: (options: ServeOptions) => peer.serve(options),
  accepted: () => accepted,
  cpuMs,
  /** Resident bytes, once garbage has been collected. */
  async resident(): Promise<number> {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.()
      await sleep(100)
    }
    return process.memoryUsage().rss
  },
}

export type ServerCommands = typeof commands

obey(commands)

/** The server under load, a process of its own: a real manager with the application of the conformance cases, which says what it holds. */

import './counted-timers.js'
import { type Figures, type Logger, type ManagerConfig, type PluginHost, WebSocketManager } from '@backchat/server'
import { runApplication } from '../conformance/run-application.js'
import { type Held, held } from './held.js'
import { answering, argument } from './offspring.js'

export interface ServerOptions {
  readonly port: number
  readonly config: ManagerConfig
}

export interface ServerLook extends Held {
  readonly figures: Figures
  /** What the manager's `error` event told, by code. */
  readonly errors: Readonly<Record<string, number>>
}

/** What it says without collecting garbage first, which would hold it up. */
export interface ServerNow {
  readonly handshakes: number
  /** Those that were accepted. */
  readonly sockets: number
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const errors: Record<string, number> = {}
let figures: PluginHost['figures'] = () => {
  throw new Error('The manager is not ready.')
}
const looking = {
  name: 'looking',
  install(host: PluginHost) {
    figures = host.figures
  },
}

const { port, config } = argument<ServerOptions>(0)
const manager = new WebSocketManager({ port, host: '127.0.0.1', logger: silent, config, plugins: [looking] })
manager.on('error', ({ code }) => {
  errors[code] = (errors[code] ?? 0) + 1
})
runApplication(manager)
await manager.ready
answering({
  look: (): ServerLook => ({ ...held(), figures: figures(), errors }),
  now: (): ServerNow => ({
    handshakes: figures().handshakes,
    sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
  }),
  end: () => manager.close({ drain: 0 }),
})

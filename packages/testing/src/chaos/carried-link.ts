/** One connection through the chaos proxy: the client's socket, the server's, and a lane each way. */

import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { CutHow, CutSide, Direction, LaneFaults } from '../faults/faults.js'
import { type Cut, type Ending, Lane } from './lane.js'

export interface CarriedLinkOptions {
  readonly client: Duplex
  /** Undefined when the dial never reaches the server. */
  readonly server: Socket | undefined
  readonly heldBytes: number
  readonly faults: (direction: Direction) => LaneFaults
  readonly judge: (direction: Direction, text: () => string) => Cut | undefined
  readonly judgeBytes: (
    direction: Direction,
    before: number,
    count: number,
  ) => { readonly keep: number; readonly cut: Cut } | undefined
  readonly passed: (direction: Direction, bytes: number) => void
}

export class CarriedLink {
  /** Resolves when both sockets are gone. */
  readonly gone: Promise<void>
  readonly #client: Duplex
  readonly #server: Socket | undefined
  readonly #lanes: readonly Lane[]
  #lost: boolean

  constructor(options: CarriedLinkOptions) {
    const { client, server } = options
    this.#client = client
    this.#server = server
    this.#lost = server === undefined
    this.gone = Promise.all([gone(client), server && gone(server)]).then(() => {})
    const lane = (direction: Direction, source: Duplex, sink: Duplex) =>
      new Lane({
        source,
        sink,
        heldBytes: options.heldBytes,
        faults: () => options.faults(direction),
        judge: (text) => options.judge(direction, text),
        judgeBytes: (before, count) => options.judgeBytes(direction, before, count),
        passed: (bytes) => options.passed(direction, bytes),
        ended: (ending) => finish(sink, ending),
      })
    this.#lanes = server ? [lane('up', client, server), lane('down', server, client)] : []
    if (!server) client.resume()
  }

  /** Bytes vanished in it, or one side was not told that it ended: it can only be reset. */
  get lost(): boolean {
    return this.#lost || this.#lanes.some((lane) => lane.lossy)
  }

  pump(): void {
    for (const lane of this.#lanes) lane.pump()
  }

  /** Ends it for those sides; a side that is not told keeps a socket that is silent. */
  cut(side: CutSide, how: CutHow): void {
    for (const lane of this.#lanes) lane.lose()
    this.#lost = true
    if (how === 'silent') return
    if (side !== 'server') cutSocket(this.#client, how)
    if (side !== 'client' && this.#server) cutSocket(this.#server, how)
  }

  /** Ends both sockets now and waits until they are gone. */
  destroy(): Promise<void> {
    for (const lane of this.#lanes) lane.end()
    this.#client.destroy()
    this.#server?.destroy()
    return this.gone
  }
}

/** Readies a socket for being carried, and waits for its end. */
function gone(socket: Duplex): Promise<void> {
  if (socket instanceof Socket) socket.setNoDelay(true)
  // A link may end in one direction first; each lane passes its own end on.
  socket.allowHalfOpen = true
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.on('close', resolve)
  })
}

/** Passes the end of one side on to the other. */
function finish(sink: Duplex, ending: Ending): void {
  if (ending === 'fin') sink.end()
  else reset(sink)
}

function cutSocket(socket: Duplex, how: Ending): void {
  if (how === 'rst') return reset(socket)
  socket.end()
  // Whoever does not answer a FIN with its own is left with a reset, as after the death of a process.
  if (socket instanceof Socket) socket.destroySoon()
}

function reset(socket: Duplex): void {
  // While its FIN leaves, a socket cannot be reset (EINVAL), and Node would never tell that it has closed.
  const isShuttingDown = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0
  if (socket instanceof Socket && !socket.pending && !isShuttingDown) socket.resetAndDestroy()
  else socket.destroy()
}

/** The sockets of this node, by number: their texts become inputs of the machine, its frames become texts. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Clock, decodeClientFrame, encode, type Json, limits, linesOf, type ServerFrame } from '@backchat/protocol'
import type { WebSocket } from 'ws'
import { added, none } from '../added.js'
import type { Input, LinkId } from '../machine/inputs.js'
import { type LinkListener, LinkSocket } from './link-socket.js'

export interface LinksOptions {
  readonly feed: (input: Input) => void
  readonly clock: Clock
  /** Largest message of a client, in bytes. */
  readonly messageBytes: number
}

export class Links {
  readonly #options: LinksOptions
  readonly #listener: LinkListener
  readonly #links = new Map<LinkId, LinkSocket>()
  /** Of links that are over, as long as something is left of them. */
  readonly #leaving = new Set<LinkSocket>()
  /** Sockets with frames of this turn. */
  #written: LinkSocket[] = none
  /** Sockets that have nothing but chunks to write. */
  #late: LinkSocket[] = []
  #last: LinkId = 0
  /** What every link is told, those that still come too; undefined until {@link close}. */
  #closing: { readonly code: number; readonly reason: string } | undefined
  #emptied: (() => void) | undefined

  constructor(options: LinksOptions) {
    this.#options = options
    const { feed } = options
    this.#listener = {
      received: (link, text) => this.#received(link, text),
      garbled: (link, reason, tooLarge) => feed({ kind: 'garbled', link, reason, tooLarge }),
      closed: (link) => {
        this.#end(link)
        feed({ kind: 'closed', link })
      },
      gone: (socket) => this.#gone(socket),
    }
  }

  /** How many links there are, those that have said nothing included. */
  get size(): number {
    return this.#links.size
  }

  /** Bytes that wait for the network to take them. */
  get queuedBytes(): number {
    let bytes = 0
    for (const sockets of [this.#links.values(), this.#leaving])
      for (const socket of sockets) bytes += socket.queuedBytes
    return bytes
  }

  /** Bytes of one link that wait; 0 when it has ended. */
  queuedBytesOf(link: LinkId): number {
    return this.#links.get(link)?.queuedBytes ?? 0
  }

  open(socket: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const { feed, clock } = this.#options
    this.#last += 1
    const link = this.#last
    this.#links.set(link, new LinkSocket({ link, socket, stream, request }, clock, this.#listener))
    if (this.#closing === undefined) feed({ kind: 'opened', link })
    else this.abandon(link, this.#closing.code, this.#closing.reason)
  }

  /** The upgrade of a link; undefined when the link is over, or {@link release} was called. */
  request(link: LinkId): IncomingMessage | undefined {
    return this.#links.get(link)?.request
  }

  release(link: LinkId): void {
    const socket = this.#links.get(link)
    if (socket !== undefined) socket.request = undefined
  }

  transmit(link: LinkId, frame: ServerFrame<Json>): void {
    const socket = this.#links.get(link)
    if (socket === undefined) return
    if (frame.kind === 'welcome') socket.welcome()
    const isFirst = socket.transmit(encode(frame), payloadOf(frame))
    if (frame.kind === 'chunk') return isFirst ? this.#flushLater(socket) : undefined
    if (isFirst || socket.isLate) this.#written = added(this.#written, socket)
    socket.isLate = false
  }

  /** A handler that has more to say says it within this round of the event loop: its chunks leave together. */
  #flushLater(socket: LinkSocket): void {
    socket.isLate = true
    this.#late.push(socket)
    if (this.#late.length > 1) return
    setImmediate(() => {
      const late = this.#late
      // Before any is flushed: one that failed would leave a list behind that nobody comes back to.
      this.#late = []
      for (const socket of late) if (socket.isLate) socket.flush()
    })
  }

  abandon(link: LinkId, code: number, reason: string): void {
    const socket = this.#links.get(link)
    this.#end(link)
    socket?.abandon(code, reason)
  }

  /** Writes out the frames of this turn. */
  flush(): void {
    for (const socket of this.#written) socket.flush()
    this.#written = none
  }

  /** Abandons every link, and those that still come; resolves when nothing is left of any socket. */
  async close(code: number, reason: string): Promise<void> {
    this.#closing = { code, reason }
    for (const link of [...this.#links.keys()]) this.abandon(link, code, reason)
    if (this.#leaving.size === 0) return
    await new Promise<void>((resolve) => {
      this.#emptied = resolve
    })
  }

  #received(link: LinkId, text: string): void {
    const { feed, messageBytes } = this.#options
    for (const line of linesOf(text)) {
      const decoded = decodeClientFrame(line, messageBytes + limits.envelopeBytes)
      if (!decoded.ok) return feed({ kind: 'garbled', link, reason: decoded.reason, tooLarge: decoded.tooLarge }) // [P-3]
      if (decoded.frame !== null) feed({ kind: 'received', link, frame: decoded.frame })
      else if (!this.#mayBeNewer(link)) return feed({ kind: 'garbled', link, ...unknownBeforeWelcome(decoded.unknown) })
    }
  }

  /** What a newer version would say is ignored after `welcome` [P-3], and a breach before it [P-5]. */
  #mayBeNewer(link: LinkId): boolean {
    return this.#links.get(link)?.welcomed === true
  }

  #end(link: LinkId): void {
    const socket = this.#links.get(link)
    if (socket === undefined) return
    this.#links.delete(link)
    this.#leaving.add(socket)
  }

  #gone(socket: LinkSocket): void {
    this.#leaving.delete(socket)
    if (this.#leaving.size === 0) this.#emptied?.()
  }
}

const unknownBeforeWelcome = (kind: string) => ({ reason: `unknown before welcome: ${kind}`, tooLarge: false })

/** What an application said: the rest of these frames is ours, and ASCII. */
const payloadOf = (frame: ServerFrame<Json>): string | undefined => {
  if (frame.kind === 'chunk') return frame.content
  return frame.kind === 'reply' || frame.kind === 'push' ? frame.message : undefined
}

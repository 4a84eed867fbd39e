/** Frames to text and back, between the machine and a transport. */

import { type ClientFrame, decodeServerFrame, encode, type Json, limits } from '@backchat/protocol'
import type { Input } from '../machine/inputs.js'
import type { OpenTransport, Transport, TransportOptions } from '../transport/transport.js'

/** Largest frame that a server may send, in bytes. */
const frameBytes = limits.replyBytes + limits.envelopeBytes

export class Carrier {
  readonly #transport: Transport

  constructor(open: OpenTransport, options: Omit<TransportOptions, 'events'>, tell: (input: Input) => void) {
    this.#transport = open({
      ...options,
      events: {
        opened: (link) => tell({ kind: 'opened', link }),
        received: (link, text) => tell(read(link, text)),
        garbled: (link, reason) => tell({ kind: 'garbled', link, reason }),
        closed: (link, code, reason) => tell({ kind: 'closed', link, code, reason }),
      },
    })
  }

  dial(link: number): void {
    this.#transport.dial(link)
  }

  transmit(link: number, frame: ClientFrame<Json>): void {
    this.#transport.send(link, encode(frame))
  }

  abandon(link: number, code: number): void {
    this.#transport.abandon(link, code)
  }

  close(): void {
    this.#transport.close()
  }
}

function read(link: number, text: string): Input {
  const decoded = decodeServerFrame(text, frameBytes)
  if (!decoded.ok) return { kind: 'garbled', link, reason: decoded.reason }
  if (decoded.frame === null) return { kind: 'unknown', link, frameKind: decoded.unknown }
  return { kind: 'received', link, frame: decoded.frame }
}

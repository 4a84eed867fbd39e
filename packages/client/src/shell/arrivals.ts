/** What a transport brings, as inputs of the machine: text becomes frames here. */

import { decodeServerFrame, limits, linesOf } from '@backchat/protocol'
import type { Input } from '../machine/inputs.js'
import type { TransportEvents } from '../transport/transport.js'

/** Largest frame that a server may send, in bytes. */
const frameBytes = limits.replyBytes + limits.envelopeBytes

export function arrivals(tell: (input: Input) => void): TransportEvents {
  return {
    opened: (link) => tell({ kind: 'opened', link }),
    received(link, text) {
      for (const line of linesOf(text)) {
        const input = read(link, line)
        tell(input)
        if (input.kind === 'garbled') return // [P-3]
      }
    },
    garbled: (link, reason) => tell({ kind: 'garbled', link, reason }),
    closed: (link, code, reason) => tell({ kind: 'closed', link, code, reason }),
  }
}

function read(link: number, line: string): Input {
  const decoded = decodeServerFrame(line, frameBytes)
  if (!decoded.ok) return { kind: 'garbled', link, reason: decoded.reason }
  if (decoded.frame === null) return { kind: 'unknown', link, frameKind: decoded.unknown }
  return { kind: 'received', link, frame: decoded.frame }
}

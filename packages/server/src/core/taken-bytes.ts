/** How far the network is with what a socket was given: what waits is not enough to know, for of a long write nothing counts as done until all of it is. */

import type { Duplex } from 'node:stream'

/**
 * Bytes that the network has taken so far. Node knows it to the byte, in the handle of a socket of TCP, which that of TLS has beneath it. It is
 * not public, but Node's own timeouts of sockets look there. Without it whole writes are counted, which shows progress later.
 */
export const takenBytes = (stream: Duplex): number => {
  const { _handle, bytesWritten } = stream as Written
  const { bytesWritten: begun, writeQueueSize: waiting } = _handle?._parent ?? _handle ?? {}
  if (typeof begun === 'number' && typeof waiting === 'number') return begun - waiting
  return typeof bytesWritten === 'number' ? bytesWritten - stream.writableLength : 0
}

/** Fields that a socket has, and other streams may lack. */
interface Written {
  /** All that was written to it, also what waits. */
  readonly bytesWritten?: unknown
  readonly _handle?: Handle | null
}

interface Handle {
  /** All that was handed to the network, also what it has not taken yet. */
  readonly bytesWritten?: unknown
  readonly writeQueueSize?: unknown
  readonly _parent?: Handle
}

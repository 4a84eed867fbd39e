/** A stranger must not hold memory [P-10]: what one says is counted as it comes, for a message is judged only when it is whole. */

import type { Duplex } from 'node:stream'

/** Looks on until more bytes have come than may; then calls once. Returns how to stop looking. */
export const watchStranger = (stream: Duplex, mostBytes: number, exceeded: () => void): (() => void) => {
  let bytes = 0
  const count = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes <= mostBytes) return
    stop()
    exceeded()
  }
  const stop = (): void => void stream.off('data', count)
  stream.on('data', count)
  return stop
}

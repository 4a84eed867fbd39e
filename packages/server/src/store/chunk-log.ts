/** The chunks of one streamed answer that its reader has not taken yet, numbered from 0 without holes [P-19]. */

import type { Json } from '@backchat/protocol'
import type { StoredChunk } from './operations.js'

export interface ChunkLog {
  /** Number of the oldest chunk that is kept; all before it were taken. */
  readonly first: number
  readonly kept: readonly StoredChunk[]
  readonly bytes: number
}

export const noChunks: ChunkLog = { first: 0, kept: [], bytes: 0 }

/** How many chunks there have been; the next one gets this number. */
export const chunkCount = (log: ChunkLog): number => log.first + log.kept.length

export const appendChunks = (log: ChunkLog, chunks: readonly StoredChunk[]): ChunkLog => ({
  first: log.first,
  kept: [...log.kept, ...chunks],
  bytes: log.bytes + bytesOf(chunks),
})

/** Forgets what the reader took: all below `next`. Late or repeated confirmations are harmless, and so is one from the future. */
export const confirmChunks = (log: ChunkLog, next: number): ChunkLog => {
  const taken = Math.min(next - log.first, log.kept.length)
  if (taken <= 0) return log
  return {
    first: log.first + taken,
    kept: log.kept.slice(taken),
    bytes: log.bytes - bytesOf(log.kept.slice(0, taken)),
  }
}

/** The chunks from number `from` on; undefined when the first of them is not kept any more. */
export const chunksFrom = (log: ChunkLog, from: number): readonly Json[] | undefined =>
  from < log.first ? undefined : log.kept.slice(from - log.first).map(({ content }) => content)

const bytesOf = (chunks: readonly StoredChunk[]): number => chunks.reduce((sum, { bytes }) => sum + bytes, 0)

/** What an entry keeps of the chunks of its answer. */

import type { ChunkLog, Entry } from '@backchat/server/store'

export const chunksOf = (entry: Entry | undefined): ChunkLog | undefined =>
  entry?.state === 'started' || entry?.state === 'ended' ? entry.chunks : undefined

export const countOf = ({ first, kept }: ChunkLog): number => first + kept.length

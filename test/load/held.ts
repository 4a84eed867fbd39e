/** What a process holds, after its garbage was collected. */

import { heapBytes } from '../fuzz/memory.js'

export interface Held {
  readonly heapBytes: number
  readonly rssBytes: number
  /** Node's names for what may keep a process alive, and how many there are of each. */
  readonly resources: Readonly<Record<string, number>>
}

export function held(): Held {
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  return { heapBytes: heapBytes(), rssBytes: process.memoryUsage.rss(), resources }
}

/** What a process holds, after its garbage was collected. */

import { heapBytes } from '../fuzz/memory.js'
import { openTimers } from './counted-timers.js'

export interface Held {
  readonly heapBytes: number
  readonly rssBytes: number
  /** What Node says may keep the process alive: sockets, servers, pipes and the like. */
  readonly handles: number
  readonly timers: number
}

export function held(): Held {
  const handles = process.getActiveResourcesInfo().filter((name) => !notHandles.includes(name)).length
  return { heapBytes: heapBytes(), rssBytes: process.memoryUsage.rss(), handles, timers: openTimers() }
}

/** Timers are counted apart; work that is under way comes and goes. */
const notHandles = ['Timeout', 'Immediate']

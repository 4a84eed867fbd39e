/** What a request waits for in the machine, for people who watch; nothing decides by it. */

import { unreachable } from '@backchat/protocol'
import type { RunId } from './inputs.js'
import type { Run } from './run-table.js'

export interface Whereabouts {
  /** `shell`: what stands around its handler, outside the machine. Undefined: it is not worked on here. */
  readonly waitsFor: 'store' | 'shell' | 'handler' | 'reader' | 'server' | undefined
  /** While it is worked on here. */
  readonly run?: { readonly id: RunId; readonly timeoutMs: number } | undefined
}

/** `isAsking`: the store has been asked about it. `isElsewhere`: another node runs it. */
export const whereabouts = (run: Run | undefined, isAsking: boolean, isElsewhere: boolean): Whereabouts => {
  if (run !== undefined) return { waitsFor: awaited(run), run }
  if (isAsking) return { waitsFor: 'store' }
  return { waitsFor: isElsewhere ? 'server' : undefined }
}

const awaited = ({ state }: Run): Whereabouts['waitsFor'] => {
  switch (state.step) {
    case 'starting':
      return 'shell'
    case 'running':
      return 'handler'
    case 'held':
      return 'reader'
    case 'ending':
    case 'unrecorded':
    case 'refused':
      return 'store'
    default:
      return unreachable(state)
  }
}

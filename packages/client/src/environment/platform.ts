/** The environment of a real client, in a browser, a worker or Node: each gives what it has. */

import { platformClock } from './clock.js'
import type { Environment } from './environment.js'
import { platformIds } from './ids.js'
import { signsFrom } from './signs.js'

export function platform(): Environment {
  return {
    clock: platformClock,
    random: Math.random,
    ids: platformIds,
    onSign: signsFrom({
      window: typeof addEventListener === 'function' ? globalThis : undefined,
      document: typeof document === 'object' ? document : undefined,
    }),
  }
}

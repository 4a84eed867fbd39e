/** Starts the simulator: `pnpm sim --seed 7`. */

import { fromSource } from '../../scripts/from-source.mjs'

await fromSource(new URL('cli.ts', import.meta.url))

/** Starts the simulator with its planted bugs: `pnpm mutants`. */

import { fromSource } from '../../../scripts/from-source.mjs'

await fromSource(new URL('cli.ts', import.meta.url), ({ main }) => main(new URL('.', import.meta.url)))

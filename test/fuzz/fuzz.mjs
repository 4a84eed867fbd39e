/** Starts the fuzzer: `pnpm fuzz --frames 1000000 --seed 7`. */

import { fromSource } from '../../scripts/from-source.mjs'

const load = new URL('../load/', import.meta.url)
await fromSource(new URL('cli.ts', import.meta.url), ({ main }) => main(load))

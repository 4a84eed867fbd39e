/** Starts the soak: `pnpm soak --minutes 30 --rate 200`. */

import { fromSource } from '../../scripts/from-source.mjs'

await fromSource(new URL('soak-cli.ts', import.meta.url), ({ main }) => main(new URL('.', import.meta.url)))

/** Starts the flood: `pnpm flood --seconds 60 --sockets 4000`. */

import { fromSource } from '../../scripts/from-source.mjs'

await fromSource(new URL('flood-cli.ts', import.meta.url), ({ main }) => main(new URL('.', import.meta.url)))

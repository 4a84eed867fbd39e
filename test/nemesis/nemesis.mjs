/** Starts the nemesis: `pnpm nemesis --seed 7`. The server that it strikes runs what was built. */

import { fileURLToPath } from 'node:url'
import { fromSource } from '../../scripts/from-source.mjs'

const server = fileURLToPath(new URL('server.mjs', import.meta.url))
await fromSource(new URL('cli.ts', import.meta.url), ({ main }) => main(server))

/** Runs a module of TypeScript as a process of its own: `process.mjs server.ts …`. */

import { pathToFileURL } from 'node:url'
import { fromSource } from '../../scripts/from-source.mjs'

await fromSource(pathToFileURL(process.argv[2] ?? ''))

/** Writes the table of settings into docs/operations.md: `npm run settings`. */

import { fromSource } from './from-source.mjs'

const entry = new URL('../test/house/operations/settings-table.ts', import.meta.url)
await fromSource(entry, ({ write }) => write(new URL('../docs/operations.md', import.meta.url)))

/** Bundles the nemesis from the sources and starts it: `pnpm nemesis --seed 7`. The server that it strikes runs what was built. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'backchat-nemesis-build-'))
try {
  const outfile = join(folder, 'nemesis.mjs')
  await build({
    entryPoints: [here('cli.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['backchat-source'],
    sourcemap: 'inline',
    logLevel: 'error',
    // A dependency that asks for Node's modules in the old way finds `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  const { main } = await import(pathToFileURL(outfile).href)
  await main(here('server.mjs'))
} finally {
  await rm(folder, { recursive: true })
}

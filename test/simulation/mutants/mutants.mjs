/** Bundles the simulator with its planted bugs from the sources and starts it: `pnpm mutants`. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = await mkdtemp(join(tmpdir(), 'backchat-mutants-'))
try {
  const outfile = join(folder, 'mutants.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('cli.ts', import.meta.url))],
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
  await main(new URL('.', import.meta.url))
} finally {
  await rm(folder, { recursive: true })
}

/** Bundles the fuzzer from the sources and starts it: `pnpm fuzz --frames 1000000 --seed 7`. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = await mkdtemp(join(tmpdir(), 'backchat-fuzz-'))
try {
  const outfile = join(folder, 'fuzz.mjs')
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
  await import(pathToFileURL(outfile).href)
} finally {
  await rm(folder, { recursive: true })
}

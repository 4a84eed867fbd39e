/** Runs an instrument that is written in TypeScript on the sources of the packages, without a build. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * Bundles a module, imports it, and lets it be used until the promise of `use` settles.
 * @param {URL} entry
 * @param {(module: any) => unknown} [use]
 */
export async function fromSource(entry, use = () => {}) {
  // Not there before the first install.
  const { build } = await import('esbuild')
  const folder = await mkdtemp(join(tmpdir(), 'backchat-source-'))
  try {
    const outfile = join(folder, 'instrument.mjs')
    await build({
      entryPoints: [fileURLToPath(entry)],
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
    await use(await import(pathToFileURL(outfile).href))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Starts the benchmark: `pnpm bench --quick`. What is measured runs on what was built, as an application's does. */

import { rm } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

// Below the tests' modules, so that a process of its own finds the packages.
const folder = fileURLToPath(new URL(`../node_modules/.cache/backchat-bench-${process.pid}/`, import.meta.url))
try {
  await build({
    entryPoints: ['cli', 'server', 'client'].map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // A process loads nothing but the peer that it is.
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
  })
  const { main } = await import(pathToFileURL(`${folder}cli.mjs`).href)
  await main(folder, fileURLToPath(new URL('../../docs/', import.meta.url)))
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** What the client costs in a browser: bundled from the built package with all that it needs, minified, gzipped. */

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { isMain, root } from './workspace.mjs'

// What the client takes, rounded up: where the bytes are, and what it would take to have fewer, is in docs/adr/0012-what-the-client-weighs.md.
const limitKb = 22.2

/** Prints the size and tells whether it is within the limit. */
export async function size() {
  // Not there before the first install, and `npm test` loads this file before that.
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createClient } from '@backchat/client'\nglobalThis.createClient = createClient`,
      resolveDir: join(root, 'test'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    // As the build tools of applications do by default: licence texts go into a file of their own.
    legalComments: 'none',
    logLevel: 'error',
    // An export that is not there would otherwise make for a very small bundle.
    logOverride: { 'import-is-undefined': 'error' },
  })
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
  console.log(`client bundle: ${(bytes / 1000).toFixed(2)} kB minified+gzip (limit ${limitKb})`)
  return bytes <= limitKb * 1000
}

if (isMain(import.meta.url)) process.exitCode = (await size()) ? 0 : 1

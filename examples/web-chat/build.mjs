/** Builds the supervisor and the chat server for Node, and the page for browsers. */

import { cp } from 'node:fs/promises'
import { build } from 'esbuild'

await build({
  entryPoints: ['src/supervisor.ts', 'src/chat-server.ts'],
  outdir: 'dist',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
})
await build({
  entryPoints: ['page/main.ts'],
  outdir: 'dist/page',
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
})
for (const file of ['index.html', 'style.css', 'icon.svg']) await cp(`page/${file}`, `dist/page/${file}`)

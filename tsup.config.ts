/** How every package is built: one ES module per public entry, as its package.json names them. */
import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

// tsup runs inside the package; its `exports` are the single list of entries.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, { 'backchat-source': string }>
}

export default defineConfig({
  entry: Object.values(exports).map((entry) => entry['backchat-source']),
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  sourcemap: true,
  splitting: true,
  clean: true,
  silent: true,
})

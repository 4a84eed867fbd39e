/** How the client is built: like every package, but with the library that keeps its socket compiled in, from that library's own source. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { defineConfig } from 'tsup'
import everyPackage from '../../tsup.config.js'

const library = 'reconnecting-websocket'

export default defineConfig({
  ...everyPackage,
  noExternal: [library],
  esbuildOptions(options) {
    // What the library publishes as JavaScript is ES5, and classes as functions cost every application 0.7 kB (ADR 12).
    options.alias = { [library]: createRequire(import.meta.url).resolve(`${library}/${library}.ts`) }
    // Its private members, which nobody outside may name.
    options.mangleProps = /^_[a-z]/
  },
  // Where the library lies on this machine is nobody's business: source maps name its files as if they lay beside ours.
  async onSuccess() {
    for (const name of readdirSync('dist').filter((name) => name.endsWith('.js.map'))) {
      const map: { sources: string[] } = JSON.parse(readFileSync(`dist/${name}`, 'utf8'))
      map.sources = map.sources.map((source) => source.replace(/^.*node_modules\//, '../'))
      writeFileSync(`dist/${name}`, JSON.stringify(map))
    }
  },
})

/** The kinds of tests. One kind runs after another, so that a busy kind takes no time from one that waits for sockets. */
import { defaultServerConditions } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

// Tests read the packages' sources, so none of them waits for a build (CONTRIBUTING.md, "Sources and dist").
// Node knows no condition `module`: what packages say under it is for bundlers.
export const conditions = ['backchat-source', ...defaultServerConditions.filter((name) => name !== 'module')]

interface Kind {
  readonly name: string
  readonly include: string
  /** For one test. */
  readonly timeoutMs: number
  /** For one hook; the same unless said. */
  readonly hookTimeoutMs?: number
  readonly maxWorkers: number
}

const kinds: readonly Kind[] = [
  { name: 'unit', include: 'packages/*/src/**/*.test.ts', timeoutMs: 10_000, maxWorkers: 2 },
  { name: 'simulation', include: 'test/{simulation,fuzz}/**/*.test.ts', timeoutMs: 300_000, maxWorkers: 2 },
  { name: 'integration', include: 'test/{integration,conformance}/**/*.test.ts', timeoutMs: 60_000, maxWorkers: 2 },
  { name: 'browser', include: 'test/browser/**/*.test.ts', timeoutMs: 60_000, maxWorkers: 1 },
  { name: 'house', include: 'test/house/**/*.test.ts', timeoutMs: 60_000, hookTimeoutMs: 300_000, maxWorkers: 1 },
]

const projects = kinds.map((kind, index): TestProjectInlineConfiguration => {
  const { name, include, timeoutMs, hookTimeoutMs = timeoutMs, maxWorkers } = kind
  const limits = { testTimeout: timeoutMs, hookTimeout: hookTimeoutMs, maxWorkers }
  const test = { name, include: [include], ...limits, sequence: { groupOrder: index } }
  return { resolve: { conditions }, ssr: { resolve: { conditions } }, test }
})

export default defineConfig({ test: { passWithNoTests: true, projects } })

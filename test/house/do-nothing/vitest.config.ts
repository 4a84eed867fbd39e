/** Runs each job of jobs.ts as a project of its own, and writes down what became of it: see do-nothing.test.ts. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { root } from '../../../scripts/workspace.mjs'
import { conditions } from '../../../vitest.config.js'
import { type Job, jobs, type Outcome } from './jobs.js'
import { type Replacement, replaced } from './replacement.js'

const report = process.env['DO_NOTHING_REPORT']

const projects = jobs.map(({ name, row, replacement }): TestProjectInlineConfiguration => {
  const env = 'preload' in replacement ? { NODE_OPTIONS: `--import=${join(root, replacement.preload)}` } : {}
  const testTimeout = replacement.waits ? 5_000 : 60_000
  const test = { name, include: [...row.tests], testTimeout, env }
  return { root, resolve: { conditions }, ssr: { resolve: { conditions } }, plugins: [without(replacement)], test }
})

/** Loads the module without its part, and runs only the tests that are meant. */
function without(replacement: Replacement): Plugin {
  return {
    name: 'do-nothing',
    enforce: 'pre',
    load: (id) =>
      'file' in replacement && id === join(root, replacement.file)
        ? replaced(readFileSync(id, 'utf8'), replacement)
        : undefined,
    configureVitest: ({ project }) => {
      if (replacement.only) project.config.testNamePattern = replacement.only
    },
  }
}

const writesDown: Reporter = {
  onTestRunEnd: (modules) => {
    if (report) writeFileSync(report, JSON.stringify(jobs.map((job) => outcomeOf(job, modules))))
  },
}

function outcomeOf({ name, replacement }: Job, modules: readonly TestModule[]): Outcome {
  const own = modules.filter(({ project }) => project.name === name)
  const faultOf = (module: TestModule): string | undefined => {
    const late = [...module.children.allTests('failed')].find((test) => wasLate(test) && !replacement.waits)
    return module.errors()[0]?.message ?? (late && `'${late.name}' was not done in time`)
  }
  return {
    job: name,
    red: own
      .filter(({ children }) => [...children.allTests('failed')].length > 0)
      .map(({ relativeModuleId }) => relativeModuleId),
    broken: own.flatMap((module) => {
      const fault = faultOf(module)
      return fault === undefined ? [] : [`${module.relativeModuleId}: ${fault}`]
    }),
  }
}

const wasLate = (test: TestCase): boolean => test.result().errors?.[0]?.message.startsWith('Test timed out') === true

// Most of the time is waiting.
export default defineConfig({ root, test: { projects, maxWorkers: 3, reporters: report ? [writesDown] : ['default'] } })

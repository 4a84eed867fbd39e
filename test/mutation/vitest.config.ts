/** The unit tests beside the mutated files, and no others: they have to notice a mutant by themselves. */
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { lastingWorker } from './lasting-worker.js'

const conditions = ['backchat-source', ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [
    {
      name: 'lasting-worker',
      configureVitest({ project }) {
        Object.assign(project.config, { pool: lastingWorker.name, poolRunner: lastingWorker })
      },
    },
  ],
  test: {
    include: [`packages/${process.env['BACKCHAT_MUTATED']}/src/{,machine/}*.test.ts`],
    setupFiles: ['test/mutation/setup.ts'],
    // A mutant is switched on at run time, so what is loaded once serves them all.
    isolate: false,
    testTimeout: 60_000,
  },
})

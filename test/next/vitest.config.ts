/** `npm run next`: not part of `npm test`, because Next.js takes long to install and has 340 MB. */

import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['backchat-source', ...defaultServerConditions]

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['test/next/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000 },
})

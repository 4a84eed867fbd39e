/** Memory is bounded by what is acknowledged: many requests leave nothing behind, even beside a stream that never ends. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freePort } from '../../free-port.js'

const script = fileURLToPath(new URL('./beside-a-stream.mjs', import.meta.url))

test('20,000 requests beside an endless stream leave the heap as it was', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    script,
    '20000',
    String(await freePort()),
  ])
  const { thirds, chunks } = JSON.parse(stdout) as { readonly thirds: readonly number[]; readonly chunks: number }
  const [, second = 0, last = 0] = thirds
  console.log(
    `heap after each third: ${thirds.map((bytes) => Math.round(bytes / 1024)).join(', ')} KiB; ${chunks} chunks`,
  )
  expect(chunks).toBeGreaterThan(1_000)
  expect(last).toBeLessThanOrEqual(second * 1.05)
})

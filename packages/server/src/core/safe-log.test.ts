import { expect, test } from 'vitest'
import type { Logger } from '../api.js'
import { safeLog } from './safe-log.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A logger whose methods do this with each line. */
const loggerOf = (write: (...line: unknown[]) => unknown): Logger => {
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger }
  return logger
}

test('where a logger cannot write the fields, be it that it throws or rejects, it is given the sentence alone', async () => {
  const ways = [
    (fits: boolean) => {
      if (!fits) throw new Error('no room')
    },
    async (fits: boolean) => {
      if (!fits) throw new Error('no room')
    },
  ]
  for (const way of ways) {
    const lines: unknown[][] = []
    const log = safeLog(
      loggerOf((...line) => {
        lines.push(line)
        return way(line.length === 1)
      }),
    )
    log.error({ a: 1 }, 'It failed.')
    await settled()
    expect(lines).toEqual([[{ a: 1 }, 'It failed.'], ['It failed.']])
  }
})

test('a logger that can write nothing at all stops nothing, now or later', async () => {
  const log = safeLog(
    loggerOf(async () => {
      throw new Error('the disk is full')
    }),
  )
  log.debug({}, 'connected')
  await settled()
})

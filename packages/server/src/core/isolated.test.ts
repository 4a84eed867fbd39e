import { expect, test } from 'vitest'
import { isolated } from './isolated.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** What is told of a call. */
const told = async (call: () => unknown): Promise<unknown[]> => {
  const causes: unknown[] = []
  isolated(call, (cause) => causes.push(cause))
  await settled()
  return causes
}

test('what is called is told of once, whether it throws, rejects, or hands over a promise of a library', async () => {
  const failure = new Error('failed')
  const thrown = await told(() => {
    throw failure
  })
  const rejected = await told(() => Promise.reject(failure))
  // biome-ignore lint/suspicious/noThenProperty: it stands for the promise of a library.
  const foreign = await told(() => ({ then: (_: unknown, reject: (cause: unknown) => void) => reject(failure) }))
  expect([thrown, rejected, foreign]).toEqual([[failure], [failure], [failure]])
})

test('of what goes well nothing is told', async () => {
  for (const call of [() => undefined, () => null, () => ({}), async () => 'done']) expect(await told(call)).toEqual([])
})

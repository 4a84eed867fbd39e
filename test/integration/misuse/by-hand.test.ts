/** Generators made by hand, which need not keep to what those of the language do: how they are let go changes no outcome. */

import { expect, test } from 'vitest'
import { codeOf, eventually, isWell, pair } from './set-up.js'

/** Yields 1 and 2, or what it is given, then returns. Counts how often it is let go. */
const byHand = (letGo: () => unknown, yields: readonly unknown[] = [1, 2]) => {
  let returns = 0
  const handler = () => {
    const left = [...yields]
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next: async () => (left.length > 0 ? { done: false, value: left.shift() } : { done: true, value: 'end' }),
      return: () => {
        returns += 1
        return letGo()
      },
    } as never
  }
  return { handler, returns: () => returns }
}

const bad = [
  ['hangs', () => new Promise(() => {})],
  ['throws', () => thrown()],
  ['rejects', () => Promise.reject(new Error('planned'))],
] as const

function thrown(): never {
  throw new Error('planned')
}

test.each(bad)('one that is done is not let go, so that a return() that %s spoils nothing', async (_, letGo) => {
  const { handler, returns } = byHand(letGo)
  const both = await pair({ byHand: handler }, { served: { config: { messageTimeout: 500 } } })
  expect((await both.client.request('byHand')).content).toBe('end')
  expect(returns()).toBe(0)
  await isWell(both)
})

test.each(bad)(
  'one whose chunk cannot be sent fails for that, and its return() that %s changes nothing',
  async (_, letGo) => {
    const { handler, returns } = byHand(letGo, [() => 'no JSON'])
    const both = await pair({ byHand: handler }, { served: { config: { messageTimeout: 500 } } })
    expect(await codeOf(both.client.stream('byHand').reply)).toBe('HANDLER_FAILED')
    expect(returns()).toBe(1)
    await isWell(both)
  },
)

test.each(bad)('one whose caller gave up is let go, and its return() that %s changes nothing', async (_, letGo) => {
  const { handler, returns } = byHand(letGo, Array(1_000).fill('chunk'))
  const both = await pair({ byHand: handler })
  const story = both.client.stream('byHand')
  for await (const _chunk of story) break
  expect(await codeOf(story.reply)).toBe('ABORTED')
  await eventually(() => expect(returns()).toBe(1))
  await isWell(both)
  expect(both.serverErrors).toEqual([])
})

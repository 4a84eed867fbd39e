import type { CodedError } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { BegunAsk, FollowedAsk } from '../api.js'
import type { Input } from '../machine/inputs.js'
import { Asks } from './asks.js'

/** Asks that are answered by nobody, and notes of what they said. */
const asking = () => {
  const failures: CodedError[] = []
  const inputs: Input[] = []
  let ids = 0
  const asks = new Asks({
    contract: undefined,
    feed: (input) => inputs.push(input),
    clock: { now: () => 0, wall: () => 0, after: () => () => {} },
    ids: {
      message: () => {
        ids += 1
        return `m${ids}`
      },
    },
    failed: (error) => failures.push(error),
  })
  return { asks, failures, inputs }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('who follows a question and fails is told of, also later, and the question goes on', async () => {
  const followers = [
    () => {
      throw new Error('begin')
    },
    async () => {
      throw new Error('begin')
    },
    () => ({
      metadata: {},
      settled: async () => {
        throw new Error('settled')
      },
    }),
  ] as unknown as ((ask: BegunAsk) => FollowedAsk)[]
  for (const begin of followers) {
    const { asks, failures, inputs } = asking()
    asks.follow(begin)
    const asked = asks.ask('s1', 'confirm', null)
    expect(inputs).toMatchObject([{ kind: 'asked' }])
    asks.close()
    await expect(asked).rejects.toMatchObject({ code: 'CLOSED' })
    await settled()
    expect(failures[0]).toMatchObject({ message: 'What follows the questions to clients failed.' })
  }
})

test('a type that is the name of a local event is asked of nobody', async () => {
  const { asks, inputs } = asking()
  const asked = asks.ask('s1', 'status', null)
  await expect(asked).rejects.toMatchObject({ code: 'INVALID_MESSAGE', mayHaveExecuted: false })
  await expect(asked).rejects.toThrow("'status' is the name of a local event: no message type can be called so.")
  expect(inputs).toEqual([])
})

test('what was not asked waited in the server', async () => {
  const { asks } = asking()
  await expect(asks.ask('', 'confirm', null)).rejects.toThrow('waiting in the server, never sent')
  asks.close()
  await expect(asks.ask('s1', 'confirm', null)).rejects.toThrow('waiting in the server, never sent')
})

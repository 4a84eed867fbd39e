/** For tests: batches that can be told to be whole, each a request that is begun, streamed and ended, and a push. */

import type { Json } from '@backchat/protocol'
import type { Fence, GreetOperation, Operation } from '@backchat/server/store'

export const sessions = 3

export const sessionOf = (index: number, attempt: number, owner: string): GreetOperation => ({
  op: 'greet',
  user: 'ann',
  client: `${index}`,
  secretHash: 'hash',
  attempt,
  lastPush: 0,
  floor: 0,
  settled: [],
  page: 'page',
  owner,
  newSession: `session ${index}`,
  newEpoch: `epoch ${index}`,
})

export const fenceOf = (index: number, attempt: number): Fence => ({
  session: `session ${index}`,
  epoch: `epoch ${index}`,
  attempt,
})

/** The session and the request number of a batch. */
export const placeOf = (batch: number) => ({ index: batch % sessions, n: Math.floor(batch / sessions) + 1 })

/** Long enough for several pages. */
export const textOf = (batch: number): string => `${batch} `.repeat(1_000 + (batch % 5) * 1_000)

const json = (text: string) => JSON.stringify(text) as Json

export const batchOf = (batch: number, attempt: number, owner: string): readonly Operation[] => {
  const { index, n } = placeOf(batch)
  const fence = fenceOf(index, attempt)
  const run = { session: fence.session, epoch: fence.epoch, n, owner }
  const text = textOf(batch)
  return [
    { op: 'begin', fence, n, mode: 'stream', owner, idempotent: false, onlyLookUp: false, from: 0 },
    { op: 'chunks', run, first: 0, chunks: [{ content: json(text), bytes: text.length + 2 }] },
    {
      op: 'append',
      target: { to: 'session', session: fence.session },
      message: json(`push ${batch}`),
      bytes: 12,
      owner,
    },
    { op: 'finish', run, count: 1, ending: { ok: true, message: json(`end ${batch}`) }, bytes: 12 },
    // What is older than some 30 batches is settled, so that the journal keeps its answers.
    { op: 'confirm', fence, push: Math.max(0, n - 10), floor: Math.max(0, n - 10), settled: [], chunks: [] },
  ]
}

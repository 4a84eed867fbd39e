import { closeCodes } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { HandledReport } from '../api.js'
import { Counts } from '../machine/counts.js'
import { Tally } from './tally.js'

const hello = (link: number, epoch?: string) =>
  ({
    kind: 'received',
    link,
    frame: {
      kind: 'hello',
      version: 1,
      client: 'c',
      secret: 's',
      attempt: 1,
      lastPush: 0,
      floor: 0,
      settled: [],
      page: 'p',
      ...(epoch !== undefined && { epoch }),
    },
  }) as const
const attached = (link: number, resumed: boolean) =>
  ({ kind: 'attached', link, session: 's', user: 'u', resumed }) as const
const handled = (outcome: HandledReport['outcome']): HandledReport => ({
  type: 'text',
  run: 1,
  messageId: 'm',
  sessionId: 's',
  connectionId: 'c',
  userId: 'u',
  mode: 'request',
  outcome,
  durationMs: 1,
  chunks: 0,
  metadata: {},
})

test('a connection is new, resumed, or lost what it asked for', () => {
  const tally = new Tally(new Counts())
  tally.heard(hello(1))
  tally.performed(attached(1, false))
  tally.heard(hello(2, 'epoch'))
  tally.performed(attached(2, true))
  tally.heard(hello(3, 'epoch'))
  tally.performed(attached(3, false))
  // One that went away is not remembered.
  tally.heard(hello(4, 'epoch'))
  tally.heard({ kind: 'closed', link: 4 })
  tally.performed(attached(4, false))
  expect(tally.totals().connections).toEqual({ new: 2, resumed: 1, lost: 1 })
})

test('what failed here is told from what callers did', () => {
  const tally = new Tally(new Counts())
  for (const outcome of ['ok', 'HANDLER_FAILED', 'HANDLER_TIMEOUT', 'FAILURE', 'INVALID_MESSAGE', 'ABORTED'] as const)
    tally.handled(handled(outcome))
  tally.handled(handled('RATE_LIMITED'))
  expect(tally.totals()).toMatchObject({ handled: 7, failed: 2, rateLimited: 1 })
})

test('links that are turned away or fall silent are counted, and why', () => {
  const tally = new Tally(new Counts())
  const refuse = (code: 'unauthorized' | 'not-yours' | 'full') =>
    tally.performed({ kind: 'transmit', link: 1, frame: { kind: 'refuse', code, message: '' } })
  refuse('unauthorized')
  refuse('not-yours')
  refuse('not-yours')
  refuse('full')
  tally.heard({ kind: 'authenticateFailed', link: 1 })
  tally.performed({ kind: 'abandon', link: 1, code: closeCodes.silent, reason: '' })
  tally.performed({ kind: 'abandon', link: 1, code: closeCodes.normal, reason: '' })
  expect(tally.totals()).toMatchObject({
    refusedLinks: { unauthorized: 1, 'not-yours': 2, full: 1 },
    authFailures: { unauthorized: 1, notYours: 2, error: 1 },
    heartbeatTimeouts: 1,
  })
})

test('totals are a snapshot, with what the machine counts', () => {
  const counts = new Counts()
  const tally = new Tally(counts)
  const before = tally.totals()
  counts.duplicates += 1
  counts.refuse('NO_HANDLER')
  counts.refuse('NO_HANDLER')
  tally.performed(attached(1, false))
  expect(before).toMatchObject({ duplicates: 0, refusedRequests: {}, connections: { new: 0 } })
  expect(tally.totals()).toMatchObject({ duplicates: 1, refusedRequests: { NO_HANDLER: 2 } })
})

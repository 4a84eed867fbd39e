/** How a client leaves a server that goes away [P-32]: link, requests and session together. */

import { expect, test } from 'vitest'
import { Stage, says } from './stage.js'

const online = () => {
  const stage = new Stage().online()
  stage.frames()
  return stage
}

/** What was asked on the link since the last look. */
const asked = (stage: Stage) => stage.framesOf('request').map(({ n }) => n)

test('nothing more is asked on its link; what was taken is answered, then the link is left', () => {
  const stage = online()
  const [first, second] = [stage.ask(), stage.ask()]
  stage.frames()
  stage.receive(says.drain(2))
  const third = stage.ask()
  stage.receive(says.reply(1))
  expect([asked(stage), stage.take('abandon')]).toEqual([[], []])
  stage.receive(says.reply(2))
  expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 1000 }])
  expect([stage.outcome(first), stage.outcome(second), stage.outcome(third)]).toEqual(['ok', 'ok', undefined])
})

test('the next dial comes after the time and the window that it asked for, and the status says why', () => {
  const stage = online()
  stage.receive(says.drain(0))
  expect(stage.take('status').at(-1)?.status).toEqual({
    state: 'waiting',
    reason: 'The server goes away for a while.',
    until: stage.now + 8_000,
  })
  const key = stage.ask()
  stage.pass(7_999)
  expect(stage.link).toBe(1)
  stage.pass(1)
  expect(stage.link).toBe(2)
  stage.welcome()
  expect(asked(stage)).toEqual([1])
  stage.receive(says.reply(1))
  expect(stage.outcome(key)).toBe('ok')
})

test('what it did not take is not waited for, and asked on the next link under its number', () => {
  const stage = online()
  const [taken, late] = [stage.ask(), stage.ask()]
  stage.receive(says.drain(1), says.reply(1))
  expect(stage.take('abandon')).toHaveLength(1)
  stage.frames()
  stage.pass(8_000)
  stage.welcome({ resumed: true })
  expect(asked(stage)).toEqual([2])
  expect([stage.outcome(taken), stage.outcome(late)]).toEqual(['ok', undefined])
})

test('what only an older link took is not waited for', () => {
  const stage = online()
  const [givenUp, asked] = [stage.ask(), stage.ask()]
  stage.tell({ kind: 'abandoned', key: givenUp })
  stage.relink({ resumed: true })
  stage.receive(says.drain(1), says.reply(2))
  expect(stage.outcome(asked)).toBe('ok')
  expect(stage.take('abandon')).toHaveLength(1)
})

test('it counts the frames of its own link: what was asked again on it comes first', () => {
  const stage = online()
  for (let request = 0; request < 3; request += 1) stage.ask()
  stage.receive(says.reply(1))
  stage.relink({ resumed: true })
  stage.ask()
  expect(asked(stage)).toEqual([1, 2, 3, 2, 3, 4])
  stage.receive(says.drain(2), says.reply(2))
  expect(stage.take('abandon')).toHaveLength(0)
  stage.receive(says.reply(3))
  expect(stage.take('abandon')).toHaveLength(1)
})

test('what it refuses for now is asked on the next link, also when its time has come before', () => {
  const stage = online()
  const key = stage.ask()
  stage.ask()
  stage.receive(says.drain(2), says.refused(1, 'OVERLOADED', 100))
  stage.frames()
  stage.pass(5_000)
  expect([asked(stage), stage.take('abandon')]).toEqual([[], []])
  stage.receive(says.reply(2))
  expect(stage.take('abandon')).toHaveLength(1)
  stage.pass(8_000)
  stage.welcome({ resumed: true })
  expect(asked(stage)).toEqual([1])
  stage.receive(says.reply(1))
  expect(stage.outcome(key)).toBe('ok')
})

test('a caller who gives up is settled at once, and the link waits until the server knows', () => {
  const stage = online()
  const key = stage.ask()
  stage.frames()
  stage.receive(says.drain(1))
  stage.tell({ kind: 'abandoned', key })
  expect(stage.framesOf('cancel')).toHaveLength(1)
  expect([stage.outcome(key), stage.take('abandon')]).toEqual(['ABORTED', []])
  stage.receive(says.cancelled(1))
  expect(stage.take('abandon')).toHaveLength(1)
})

test('deadlines hold meanwhile', () => {
  const stage = online()
  stage.ask({ timeoutMs: 60_000 })
  stage.receive(says.drain(1))
  const key = stage.ask({ timeoutMs: 1_000 })
  stage.pass(1_000)
  expect(stage.fault(key)).toMatchObject({ code: 'TIMEOUT', stage: 'queued', mayHaveExecuted: false })
})

test('a link that ends before all is answered is dialled anew in the time that was asked for', () => {
  const stage = online()
  const key = stage.ask()
  stage.frames()
  stage.receive(says.drain(1))
  stage.lose()
  stage.pass(7_999)
  expect(stage.link).toBe(1)
  stage.pass(1)
  stage.welcome({ resumed: true })
  expect(asked(stage)).toEqual([1])
  stage.receive(says.reply(1))
  expect(stage.outcome(key)).toBe('ok')
})

test('an init that it took is waited for, like any request', () => {
  const stage = new Stage({ init: true })
  stage.tell({ kind: 'started' })
  stage.tell({ kind: 'opened', link: 1 })
  stage.receive(
    {
      kind: 'welcome',
      sessionId: 's',
      epoch: 'first',
      resumed: false,
      head: 0,
      idempotent: [],
      limits: { messageBytes: 1_000, window: 256, ranges: 64 },
      heartbeatMs: 30_000,
    },
    says.drain(1),
    says.reply(1),
  )
  expect(stage.take('abandon')).toHaveLength(1)
  expect(stage.outcome(1)).toBe('ok')
})

test('before its welcome it is no greeting', () => {
  const stage = new Stage()
  stage.tell({ kind: 'started' })
  stage.tell({ kind: 'opened', link: 1 })
  stage.receive(says.drain(0))
  expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4400 }])
})

import { closeCodes } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { Credentials } from './credentials.js'
import { Turn } from './turn.js'

const attachment = { link: 1, user: 'ann', fence: { session: 's', epoch: 'e', attempt: 1 } }

/** Credentials of one link, and a log of what became of it. */
const credentialsUntil = (endsAt: number) => {
  const log: string[] = []
  const credentials = new Credentials(true, (link, code, reason) => {
    expect(reason).not.toBe('')
    log.push(`drop ${link} ${code}`)
    credentials.left(attachment)
  })
  credentials.attached(attachment, 'client', endsAt)
  const act = (now: number, what: (turn: Turn) => void) => {
    const turn = new Turn(now)
    what(turn)
    for (const effect of turn.effects) log.push(effect.kind === 'transmit' ? JSON.stringify(effect.frame) : effect.kind)
  }
  return { credentials, log, act }
}

test('a token that ends is good until then, and its link is kept for 10 s more', () => {
  const { credentials, log, act } = credentialsUntil(5_000)
  expect(credentials.isGood(1, 4_999)).toBe(true)
  expect(credentials.isGood(1, 5_000)).toBe(false)
  act(14_999, (turn) => credentials.wake(turn))
  expect(log).toEqual([])
  expect(credentials.wakeAt()).toBe(15_000)
  act(15_000, (turn) => credentials.wake(turn))
  expect(log).toEqual([
    `drop 1 ${closeCodes.unauthorized}`,
    expect.stringContaining('"code":"unauthorized"'),
    'abandon',
  ])
})

test('another token of the same user goes on where the old one ends', () => {
  const { credentials, log, act } = credentialsUntil(5_000)
  act(4_000, (turn) => credentials.offered(1, 'another', turn))
  act(4_100, (turn) => credentials.judged(1, 'ann', 9_100, turn))
  expect(log).toEqual(['authenticate', 'authorized', '{"kind":"authorized","expiresInMs":5000}'])
  expect(credentials.isGood(1, 9_099)).toBe(true)
  expect(credentials.wakeAt()).toBe(19_100)
  act(9_000, (turn) => credentials.offered(1, 'a third', turn))
  expect(log.at(-1)).toBe('authenticate')
})

test('the token of a guest means nothing, and is taken without a question', () => {
  const credentials = new Credentials(false, () => expect.unreachable())
  credentials.attached(attachment, 'client', Number.POSITIVE_INFINITY)
  const turn = new Turn(0)
  credentials.offered(1, 'whatever', turn)
  expect(turn.effects).toEqual([{ kind: 'transmit', link: 1, frame: { kind: 'authorized' } }])
})

test('a token without an end is told without one', () => {
  const { credentials, log, act } = credentialsUntil(5_000)
  act(1, (turn) => credentials.offered(1, 'another', turn))
  act(2, (turn) => credentials.judged(1, 'ann', Number.POSITIVE_INFINITY, turn))
  expect(log.at(-1)).toBe('{"kind":"authorized"}')
  expect(credentials.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test.each([null, 'bob'])('a token that is of %s ends the link', (user) => {
  const { credentials, log, act } = credentialsUntil(Number.POSITIVE_INFINITY)
  act(1, (turn) => credentials.offered(1, 'another', turn))
  act(2, (turn) => credentials.judged(1, user, Number.POSITIVE_INFINITY, turn))
  expect(log).toContainEqual(expect.stringContaining('"code":"unauthorized"'))
})

test('one token is judged at a time, and a judgement that nobody asked for is none', () => {
  const { credentials, log, act } = credentialsUntil(5_000)
  act(1, (turn) => credentials.judged(1, 'ann', 99_000, turn))
  expect(credentials.isGood(1, 5_000)).toBe(false)
  act(2, (turn) => credentials.offered(1, 'a', turn))
  act(3, (turn) => credentials.offered(1, 'b', turn))
  expect(log).toEqual(['authenticate', `drop 1 ${closeCodes.protocolError}`])
})

test('when it could not be judged, it may be offered again', () => {
  const { credentials, log, act } = credentialsUntil(5_000)
  act(1, (turn) => credentials.offered(1, 'a', turn))
  credentials.unjudged(1)
  act(2, (turn) => credentials.offered(1, 'b', turn))
  expect(log).toEqual(['authenticate', 'authenticate'])
})

test('a link that is gone has no credentials, and wakes nobody', () => {
  const { credentials, act, log } = credentialsUntil(5_000)
  credentials.left(attachment)
  expect(credentials.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  act(9, (turn) => credentials.offered(1, 'a', turn))
  act(9, (turn) => credentials.judged(1, 'ann', 1, turn))
  expect(log).toEqual([])
})

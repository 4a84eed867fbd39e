import { closeCodes, type Random } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import type { Effect } from './effects.js'
import { Link } from './link.js'
import { TokenQuestion } from './token-question.js'

/** A link, and what it wanted since the last look. */
const linked = (random = always(1)) => {
  const effects: Effect[] = []
  const out = { emit: (effect: Effect) => effects.push(effect), transmit: () => {}, owe: () => {} }
  const link = new Link(out, random, new TokenQuestion(out))
  const take = () => effects.splice(0)
  return { link, take }
}

const online = (random = always(1)) => {
  const { link, take } = linked(random)
  link.start(0)
  dialled(link, 0)
  take()
  return { link, take }
}

/** Goes the way from a question for a token to a current link. */
function dialled(link: Link, now: number, fetch = 1): void {
  link.tokenFetched(fetch, undefined, now)
  link.opened(link.current ?? 0)
  link.welcomed(now)
}

/** Chance that says the same each time. */
function always(drawn: number): Random {
  return () => drawn
}

/** When a link is dialled for the first time after an outage that began at 0 and refused all dials before. */
function backAfter(outageMs: number, random: Random): number {
  const { link } = online(random)
  link.closed(1, 1006, '', 0)
  for (let fetch = 2; ; fetch += 1) {
    const now = link.wakeAt(true)
    link.pass(now, true)
    if (now >= outageMs) return now
    link.tokenFetched(fetch, undefined, now)
    link.closed(fetch, 1006, '', now)
  }
}

/** The same numbers in each run (Park and Miller, 1988). */
function lehmer(): Random {
  let state = 1
  return () => {
    state = (state * 48_271) % (2 ** 31 - 1)
    return state / (2 ** 31 - 1)
  }
}

/** Why the link waits now; empty when it does not. */
const waitsFor = (effects: readonly Effect[]) => {
  const [last] = effects.flatMap((effect) => (effect.kind === 'status' ? [effect.status] : [])).slice(-1)
  return last?.state === 'waiting' ? last.reason : ''
}

const statuses = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'status' ? [effect.status.state] : []))

test('it asks for a token, dials, greets and is online', () => {
  const { link, take } = linked()
  link.start(0)
  expect(take()).toEqual([
    { kind: 'fetchToken', fetch: 1 },
    { kind: 'status', status: { state: 'connecting' } },
  ])
  link.tokenFetched(1, 'sesame', 10)
  expect(take()).toEqual([{ kind: 'dial', link: 1 }])
  expect(link.opened(1)).toEqual({ token: 'sesame' })
  link.welcomed(20)
  expect(take()).toEqual([{ kind: 'status', status: { state: 'online' } }])
})

test('a socket that opens twice, or that is not the one dialled, is greeted once', () => {
  const { link } = linked()
  link.start(0)
  link.tokenFetched(1, 'sesame', 10)
  expect(link.opened(7)).toBeUndefined()
  expect(link.opened(1)).toEqual({ token: 'sesame' })
  expect(link.opened(1)).toBeUndefined()
})

test('before it is started new credentials dial nothing', () => {
  const { link, take } = linked()
  link.reauthenticate(0)
  expect([link.state, take()]).toEqual(['idle', []])
})

test('starting twice dials once', () => {
  const { link, take } = linked()
  link.start(0)
  take()
  link.start(0)
  expect(take()).toEqual([])
})

test('a token that was asked for earlier does not count', () => {
  const { link, take } = linked()
  link.start(0)
  link.pass(10_000, true)
  link.pass(10_200, true)
  take()
  link.tokenFetched(1, 'late', 10_300)
  link.tokenFailed(1, 'late', 10_300)
  expect(take()).toEqual([])
  link.tokenFetched(2, 'fresh', 10_300)
  expect(link.opened(1)).toEqual({ token: 'fresh' })
})

test('a token that comes while the link waits, or after it was closed, dials nothing', () => {
  const question = (end: (link: Link) => void) => {
    const { link, take } = linked()
    link.start(0)
    end(link)
    take()
    link.tokenFetched(1, 'late', 10_100)
    return take()
  }
  expect(question((link) => link.pass(10_000, true))).toEqual([])
  expect(question((link) => link.close())).toEqual([])
})

test('a token function that does not answer within 10 s is asked again, with backoff', () => {
  const { link, take } = linked()
  link.start(0)
  link.pass(9_999, true)
  expect(link.state).toBe('fetching')
  link.pass(10_000, true)
  expect(waitsFor(take())).toBe('No token within 10000 ms.')
  expect(link.wakeAt(true)).toBe(10_200)
  link.pass(10_200, true)
  expect(take()).toContainEqual({ kind: 'fetchToken', fetch: 2 })
})

test('a token function that fails is asked again, and the reason is told', () => {
  const { link, take } = linked()
  link.start(0)
  link.tokenFailed(1, 'no network', 5)
  expect(take().at(-1)).toEqual({
    kind: 'status',
    status: { state: 'waiting', reason: 'The token function failed: no network', until: 205 },
  })
})

test('a token that no server may take is a failure, not a dial', () => {
  const { link, take } = linked()
  link.start(0)
  link.tokenFetched(1, 'x'.repeat(8 * 1024 + 1), 0)
  const wanted = take()
  expect(waitsFor(wanted)).toBe('The token is longer than 8192 bytes.')
  expect(wanted).not.toContainEqual({ kind: 'dial', link: 1 })
})

test('a lost link is dialled again after a random part of 200 ms; then after as long again as was waited already and a random part of 1.25 times that, up to 9 s', () => {
  const { link } = online(always(0.5))
  const delays: number[] = []
  for (let [failure, now] = [0, 1_000]; failure < 8; failure += 1) {
    link.closed(link.current ?? 0, 1006, '', now)
    delays.push(link.wakeAt(true) - now)
    now = link.wakeAt(true)
    link.pass(now, true)
    link.tokenFetched(failure + 2, undefined, now)
  }
  expect(delays).toEqual([100, 200, 487.5, 1_279.687_5, 3_359.179_687_5, 6_500, 6_500, 6_500])
})

test('of 10,000 that are without their server for 5 s no second brings back more than a fifth', () => {
  const random = lehmer()
  const backAt = Array.from({ length: 10_000 }, () => backAfter(5_000, random)).sort((a, b) => a - b)
  const withinOneSecond = backAt.map((at, last) => last + 1 - backAt.findIndex((other) => other > at - 1_000))
  expect(Math.max(...withinOneSecond) / backAt.length).toBeLessThan(0.2)
})

test('what was waited is forgotten once a link was current for 5 s, and not before', () => {
  const { link } = online()
  link.closed(1, 1006, '', 1_000)
  link.pass(1_200, true)
  dialled(link, 1_200, 2)
  link.closed(2, 1006, '', 6_199)
  expect(link.wakeAt(true) - 6_199).toBe(450)
  link.pass(6_649, true)
  dialled(link, 6_649, 3)
  link.closed(3, 1006, '', 11_649)
  expect(link.wakeAt(true) - 11_649).toBe(200)
})

test('however often welcomed links are cut in a row, the next dial is at most 900 ms away', () => {
  const { link } = online()
  const delays: number[] = []
  for (let [cut, now] = [1, 1_000]; cut <= 10; cut += 1) {
    link.closed(cut, 1006, '', now)
    delays.push(link.wakeAt(true) - now)
    now = link.wakeAt(true)
    link.pass(now, true)
    dialled(link, now, cut + 1)
  }
  expect(delays).toEqual([200, 450, 900, 900, 900, 900, 900, 900, 900, 900])
})

test('who is woken late has waited that much longer', () => {
  const { link } = online()
  link.closed(1, 1006, '', 1_000)
  link.pass(1_700, true)
  link.tokenFetched(2, undefined, 1_700)
  link.closed(2, 1006, '', 1_700)
  expect(link.wakeAt(true) - 1_700).toBe(1_575)
})

test.for(['online', 'visible', 'woke'] as const)('what was waited before the sign %s counts no more', (sign) => {
  const { link } = online()
  link.closed(1, 1006, '', 1_000)
  link.pass(9_000, true)
  link.noticed(sign, 9_000)
  link.tokenFetched(2, undefined, 9_000)
  link.closed(2, 1006, '', 9_000)
  expect(link.wakeAt(true) - 9_000).toBe(200)
})

test.for(['offline', 'hidden'] as const)('the sign %s gives no hope', (sign) => {
  const { link } = online()
  link.closed(1, 1006, '', 1_000)
  link.noticed(sign, 1_100)
  link.pass(1_200, true)
  link.tokenFetched(2, undefined, 1_200)
  link.closed(2, 1006, '', 1_200)
  expect(link.wakeAt(true) - 1_200).toBe(450)
})

test('a dial that is not welcomed within 10 s is abandoned, whether or not it opened', () => {
  for (const opens of [false, true]) {
    const { link, take } = linked()
    link.start(0)
    link.tokenFetched(1, undefined, 1_000)
    if (opens) link.opened(1)
    link.pass(10_999, true)
    expect(link.current).toBe(1)
    take()
    link.pass(11_000, true)
    const wanted = take()
    expect(wanted).toContainEqual({ kind: 'abandon', link: 1, code: closeCodes.normal })
    expect(waitsFor(wanted)).toBe('No welcome within 10000 ms.')
  }
})

test('a hidden page, too, gives up a dial that is not welcomed', () => {
  const { link } = linked()
  link.noticed('hidden', 0)
  link.start(0)
  link.tokenFetched(1, undefined, 0)
  link.pass(10_000, false)
  expect(link.state).toBe('waiting')
})

test('a socket that never opened was no link', () => {
  const { link, take } = linked()
  link.start(0)
  link.tokenFetched(1, undefined, 0)
  link.closed(1, 1006, '', 0)
  expect(waitsFor(take())).toBe('No connection (1006).')
})

test('the end of an older link is of no interest', () => {
  const { link, take } = online()
  link.redial(closeCodes.silent, 1_000)
  dialled(link, 1_000, 2)
  take()
  link.closed(1, 1006, '', 1_100)
  expect(link.opened(1)).toBeUndefined()
  expect([link.current, take()]).toEqual([2, []])
})

test('a link that its socket ended is not abandoned, one that we give up is', () => {
  const { link, take } = online()
  link.closed(1, 1006, 'gone', 100)
  expect(take()).toEqual([
    { kind: 'status', status: { state: 'waiting', reason: 'The link was lost (1006: gone).', until: 300 } },
  ])
  const other = online()
  other.link.drop(closeCodes.protocolError, 'nonsense', 100)
  expect(other.take()[0]).toEqual({ kind: 'abandon', link: 1, code: 4400 })
})

test('a dead link is dialled anew without delay', () => {
  const { link, take } = online()
  link.redial(closeCodes.silent, 1_000)
  expect(take()).toEqual([
    { kind: 'abandon', link: 1, code: 4410 },
    { kind: 'fetchToken', fetch: 2 },
    { kind: 'status', status: { state: 'connecting' } },
  ])
})

test('what a refusal asked for is the least delay, and jitter comes on top', () => {
  const { link } = online()
  link.drop(closeCodes.normal, 'full', 1_000, 3_000)
  expect(link.wakeAt(true)).toBe(4_200)
})

test.for(['online', 'visible', 'woke'] as const)('the sign %s ends a wait', (sign) => {
  const { link } = online()
  link.closed(1, 1006, '', 1_000)
  link.noticed(sign, 1_010)
  expect(link.state).toBe('fetching')
})

test.for(['offline', 'hidden'] as const)('the sign %s does not end a wait', (sign) => {
  const { link } = online()
  link.closed(1, 1006, '', 1_000)
  link.noticed(sign, 1_010)
  expect(link.state).toBe('waiting')
})

test.for([
  ['sign', (link: Link) => link.noticed('online', 1_010)],
  ['credential', (link: Link) => link.reauthenticate(1_010)],
] as const)('no %s ends a wait before the time that a refusal asked for', ([, hurry]) => {
  const { link, take } = online()
  link.drop(closeCodes.normal, 'full', 1_000, 3_000)
  take()
  hurry(link)
  expect([link.state, link.wakeAt(true)]).toEqual(['waiting', 4_000])
  expect(take()).toEqual([{ kind: 'status', status: { state: 'waiting', reason: 'full', until: 4_000 } }])
})

test('a hidden page does not dial again until it is visible', () => {
  const { link } = online()
  link.noticed('hidden', 500)
  link.closed(1, 1006, '', 1_000)
  expect(link.wakeAt(false)).toBe(Number.POSITIVE_INFINITY)
  link.pass(60_000, false)
  expect(link.state).toBe('waiting')
  link.noticed('visible', 60_000)
  expect(link.state).toBe('fetching')
  dialled(link, 60_000, 2)
  link.closed(2, 1006, '', 60_000)
  expect(link.wakeAt(false)).toBe(60_200)
})

test.for(['online', 'offline', 'woke'] as const)('a page is not hidden by the sign %s', (sign) => {
  const { link } = online()
  link.noticed(sign, 500)
  link.closed(1, 1006, '', 1_000)
  expect(link.wakeAt(false)).toBe(1_200)
})

test('a hidden page dials when somebody waits for an answer', () => {
  const { link } = online()
  link.noticed('hidden', 500)
  link.closed(1, 1006, '', 1_000)
  expect(link.wakeAt(true)).toBe(1_200)
  link.pass(1_200, true)
  expect(link.state).toBe('fetching')
})

test('a refused token is replaced once; refused again, dialling stops until there are new credentials', () => {
  const { link, take } = linked()
  link.start(0)
  link.tokenFetched(1, 'old', 0)
  link.opened(1)
  expect(link.tokenRefused('expired', 10)).toBe('again')
  expect(take()).toContainEqual({ kind: 'fetchToken', fetch: 2 })
  link.tokenFetched(2, 'new', 20)
  link.opened(2)
  expect(link.tokenRefused('expired', 30)).toBe('stopped')
  expect(take().at(-1)).toEqual({ kind: 'status', status: { state: 'unauthorized', reason: 'expired' } })
  expect(link.wakeAt(true)).toBe(Number.POSITIVE_INFINITY)
  link.reauthenticate(100)
  expect(take()).toContainEqual({ kind: 'fetchToken', fetch: 3 })
  link.tokenFetched(3, 'third', 100)
  link.opened(3)
  expect(link.tokenRefused('expired', 110)).toBe('again')
})

test('a token that was good for 5 s may expire again and again', () => {
  const { link } = online()
  for (let [expiry, now] = [0, 10_000]; expiry < 3; expiry += 1, now += 10_000) {
    expect(link.tokenRefused('expired', now)).toBe('again')
    dialled(link, now, expiry + 2)
  }
})

test('new credentials do not end a link that is current, but one that is not yet', () => {
  const { link, take } = online()
  link.reauthenticate(1_000)
  expect(take()).toEqual([])
  link.redial(closeCodes.silent, 2_000)
  link.tokenFetched(2, 'old', 2_000)
  take()
  link.reauthenticate(2_010)
  expect(take().map((effect) => effect.kind)).toEqual(['abandon', 'fetchToken'])
})

describe('a server that goes away', () => {
  const drain = { kind: 'drain', taken: 0, retryAfterMs: 2_000, windowMs: 6_000 } as const
  const away = { state: 'waiting', reason: 'The server goes away for a while.', until: 6_000 }

  const ends: readonly (readonly [string, (link: Link) => unknown])[] = [
    ['is given up', (link) => link.drop(closeCodes.normal, '', 1_000)],
    ['is lost', (link) => link.closed(1, 1001, 'going away', 1_000)],
    ['is found dead', (link) => link.redial(closeCodes.silent, 1_000)],
    ['is refused its token', (link) => link.tokenRefused('expired', 1_000)],
  ]

  test.for(ends)('when its link %s, the next dial waits as long as it asked, and a part of its window', ([, end]) => {
    const { link, take } = online(always(0.5))
    link.drain(drain)
    end(link)
    expect(take().at(-1)).toEqual({ kind: 'status', status: away })
    link.pass(5_999, true)
    expect(link.state).toBe('waiting')
    link.pass(6_000, true)
    expect(link.state).toBe('fetching')
  })

  test('no sign brings the dial before the time that it asked for', () => {
    const { link } = online()
    link.drain(drain)
    link.closed(1, 1001, '', 1_000)
    link.noticed('online', 1_010)
    expect(link.wakeAt(true)).toBe(3_000)
  })

  test('it is no failure', () => {
    const { link } = online()
    link.drain(drain)
    link.closed(1, 1001, '', 1_000)
    link.pass(9_000, true)
    link.tokenFetched(2, undefined, 9_000)
    link.closed(2, 1006, '', 9_000)
    expect(link.wakeAt(true) - 9_000).toBe(200)
  })

  test('a later link knows nothing of it', () => {
    const { link } = online()
    link.drain(drain)
    link.closed(1, 1001, '', 1_000)
    link.pass(9_000, true)
    dialled(link, 9_000, 2)
    link.closed(2, 1006, '', 9_100)
    expect(link.wakeAt(true) - 9_100).toBe(200)
  })
})

test('new credentials end a wait, and do not ask twice for a token that is on its way', () => {
  const { link, take } = online()
  link.closed(1, 1006, '', 1_000)
  link.reauthenticate(1_010)
  expect(link.state).toBe('fetching')
  take()
  link.reauthenticate(1_020)
  expect(take()).toEqual([])
})

test('closing abandons the socket, and nothing wakes it again', () => {
  const { link, take } = online()
  link.close()
  expect(take()).toEqual([
    { kind: 'abandon', link: 1, code: 1000 },
    { kind: 'status', status: { state: 'closed' } },
  ])
  link.reauthenticate(10)
  link.noticed('online', 10)
  link.start(10)
  link.closed(1, 1006, '', 10)
  link.pass(10, true)
  expect([take(), link.wakeAt(true)]).toEqual([[], Number.POSITIVE_INFINITY])
})

test('closing without a socket abandons none', () => {
  const { link, take } = online()
  link.closed(1, 1006, '', 1_000)
  take()
  link.close()
  expect(take()).toEqual([{ kind: 'status', status: { state: 'closed' } }])
})

test('a status is told when it changes, not at each step', () => {
  const { link, take } = linked()
  link.start(0)
  dialled(link, 0)
  link.closed(1, 1006, '', 1_000)
  link.pass(1_200, true)
  expect(statuses(take())).toEqual(['connecting', 'online', 'waiting', 'connecting'])
})

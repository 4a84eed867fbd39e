import { describe, expect, test } from 'vitest'
import { Stage, type StageOptions, says } from './stage.js'

const hour = 3_600_000

/** Online with a token, and from then on each one is answered by the test. */
const online = (expiresInMs?: number, options: StageOptions = {}) => {
  const stage = new Stage({ token: 'later', ...options })
  stage.tell({ kind: 'started' })
  fetched(stage, 1, 'first')
  stage.welcome(expiresInMs === undefined ? {} : { expiresInMs })
  stage.take('fetchToken')
  stage.frames()
  return stage
}

function fetched(stage: Stage, fetch: number, token: string | undefined): void {
  stage.tell({ kind: 'tokenFetched', fetch, token })
}

const authorized = (expiresInMs?: number) =>
  ({ kind: 'authorized', ...(expiresInMs === undefined ? {} : { expiresInMs }) }) as const

/** Lets time pass on a link that is alive. */
const passAlive = (stage: Stage, ms: number) => {
  for (let left = ms; left > 0; left -= 20_000) {
    stage.pass(Math.min(left, 20_000))
    stage.receive({ kind: 'pong' })
  }
}

describe('a token that ends', () => {
  test('another one is fetched when four fifths of its time have passed, and sent on the living link', () => {
    const stage = online(hour)
    passAlive(stage, hour * 0.8 - 1)
    expect(stage.take('fetchToken')).toEqual([])
    stage.pass(1)
    expect(stage.take('fetchToken')).toEqual([{ kind: 'fetchToken', fetch: 2 }])
    stage.frames()
    fetched(stage, 2, 'second')
    expect(stage.frames()).toEqual([{ kind: 'token', token: 'second' }])
    stage.receive(authorized(10_000))
    stage.pass(8_000)
    expect(stage.take('fetchToken')).toEqual([{ kind: 'fetchToken', fetch: 3 }])
    expect(stage.take('abandon')).toEqual([])
  })

  test('one that does not end is not replaced', () => {
    const stage = online()
    passAlive(stage, 24 * hour)
    expect(stage.take('fetchToken')).toEqual([])
  })

  test('one that had ended when it arrived is replaced once a second, not at once', () => {
    const stage = online(0)
    stage.pass(999)
    expect(stage.take('fetchToken')).toEqual([])
    stage.pass(1)
    expect(stage.take('fetchToken')).toHaveLength(1)
    fetched(stage, 2, 'second')
    stage.receive(authorized(0))
    stage.pass(999)
    expect(stage.take('fetchToken')).toEqual([])
  })

  test.for([
    ['fails', (stage: Stage, fetch: number) => stage.tell({ kind: 'tokenFailed', fetch, reason: 'no network' })],
    ['gives one that is too long', (stage: Stage, fetch: number) => fetched(stage, fetch, 'x'.repeat(8 * 1024 + 1))],
    ['does not answer within 10 s', (stage: Stage) => void passAlive(stage, 10_000)],
  ] as const)('a token function that %s is asked again after a back-off, and the link lives on', ([, fail]) => {
    const stage = online(10_000)
    stage.pass(8_000)
    stage.take('fetchToken')
    for (const [fetch, delay] of [
      [2, 200],
      [3, 450],
      [4, 1_462.5],
    ] as const) {
      fail(stage, fetch)
      stage.pass(delay - 1)
      expect(stage.take('fetchToken')).toEqual([])
      stage.pass(1)
      expect(stage.take('fetchToken')).toHaveLength(1)
    }
    expect(stage.take('abandon')).toEqual([])
    // The first failure is told: the status says nothing of it.
    expect(stage.take('report')).toHaveLength(1)
    stage.frames()
    fetched(stage, 5, 'fresh')
    expect(stage.framesOf('token')).toHaveLength(1)
  })

  test.for([
    ['comes', (stage: Stage) => fetched(stage, 2, 'late')],
    ['fails', (stage: Stage) => stage.tell({ kind: 'tokenFailed', fetch: 2, reason: 'late' })],
  ] as const)('one that %s after its 10 s counts no more: it is asked for again when that is due', ([, answer]) => {
    const stage = online(10_000)
    stage.pass(8_000)
    passAlive(stage, 10_100)
    stage.take('fetchToken')
    stage.frames()
    answer(stage)
    expect(stage.frames()).toEqual([])
    stage.pass(100)
    expect(stage.take('fetchToken')).toHaveLength(1)
  })

  test('a link that is lost meanwhile is dialled with the token that is on its way', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    expect(stage.take('fetchToken')).toHaveLength(1)
    stage.lose()
    stage.pass(200)
    expect(stage.take('fetchToken')).toEqual([])
    fetched(stage, 2, 'second')
    stage.welcome({ resumed: true })
    expect(stage.frames()).toMatchObject([{ kind: 'hello', token: 'second' }])
  })

  test('a token of an older question does not count', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    passAlive(stage, 10_200)
    stage.frames()
    fetched(stage, 2, 'late')
    expect(stage.frames()).toEqual([])
    fetched(stage, 3, 'in time')
    expect(stage.frames()).toEqual([{ kind: 'token', token: 'in time' }])
  })

  test('who has no token any more says so in a new greeting', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    fetched(stage, 2, undefined)
    expect(stage.take('abandon')).toHaveLength(1)
    fetched(stage, 3, undefined)
    stage.welcome({ resumed: true })
    expect(stage.framesOf('hello').at(-1)).not.toHaveProperty('token')
  })

  test('one that is refused on the living link is replaced by a fresh one, over a new link', () => {
    const stage = online(10_000)
    const key = stage.ask()
    stage.pass(8_000)
    fetched(stage, 2, 'second')
    stage.receive({ kind: 'refuse', code: 'unauthorized', message: 'No.' })
    fetched(stage, 3, 'third')
    stage.frames()
    stage.welcome({ resumed: true })
    expect(stage.frames()).toMatchObject([
      { kind: 'hello', token: 'third' },
      { kind: 'request', n: 1 },
    ])
    expect(stage.outcome(key)).toBeUndefined()
  })

  test('a token that the server does not answer for is reason enough to look after 5 s', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    fetched(stage, 2, 'second')
    stage.frames()
    stage.pass(5_000)
    expect(stage.framesOf('ping')).toHaveLength(1)
  })
})

describe('reauthenticating', () => {
  test('goes in band: the link and what runs on it are kept', () => {
    const stage = online()
    const key = stage.ask()
    stage.frames()
    stage.tell({ kind: 'reauthenticated' })
    fetched(stage, 2, 'second')
    expect(stage.frames()).toEqual([{ kind: 'token', token: 'second' }])
    expect(stage.take('authorized')).toEqual([])
    stage.receive(authorized())
    expect(stage.take('authorized')).toHaveLength(1)
    stage.receive(says.reply(1))
    expect([stage.outcome(key), stage.take('abandon')]).toEqual(['ok', []])
  })

  test('while a token is fetched it asks for no other one', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    stage.tell({ kind: 'reauthenticated' })
    stage.tell({ kind: 'reauthenticated' })
    expect(stage.take('fetchToken')).toHaveLength(1)
  })

  test.for([
    ['comes', (stage: Stage) => fetched(stage, 2, 'of old credentials')],
    ['fails', (stage: Stage) => stage.tell({ kind: 'tokenFailed', fetch: 2, reason: 'no network' })],
  ] as const)(
    'what was fetched when there were other credentials does not count when it %s: it asks once more',
    ([, end]) => {
      const stage = online(10_000)
      stage.pass(8_000)
      stage.take('fetchToken')
      stage.tell({ kind: 'reauthenticated' })
      stage.frames()
      end(stage)
      expect([stage.framesOf('token'), stage.take('fetchToken')]).toEqual([[], [{ kind: 'fetchToken', fetch: 3 }]])
      fetched(stage, 3, 'new')
      expect(stage.framesOf('token')).toEqual([{ kind: 'token', token: 'new' }])
    },
  )

  test('a dial waits for a token of the new credentials', () => {
    const stage = new Stage({ token: 'later' })
    stage.tell({ kind: 'started' })
    stage.pass(9_000)
    stage.tell({ kind: 'reauthenticated' })
    fetched(stage, 1, 'old')
    expect(stage.take('dial')).toEqual([])
    // It has 10 s of its own.
    stage.pass(9_000)
    fetched(stage, 2, 'new')
    stage.tell({ kind: 'opened', link: 1 })
    expect(stage.framesOf('hello')).toMatchObject([{ token: 'new' }])
  })

  test('while one is judged it sends another, and only the answer to the last one counts', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    fetched(stage, 2, 'refreshed')
    stage.tell({ kind: 'reauthenticated' })
    stage.receive(authorized())
    expect(stage.take('authorized')).toEqual([])
    fetched(stage, 3, 'new credentials')
    stage.tell({ kind: 'reauthenticated' })
    fetched(stage, 4, 'newer')
    stage.receive(authorized())
    expect(stage.take('authorized')).toEqual([])
    stage.receive(authorized())
    expect(stage.take('authorized')).toHaveLength(1)
  })

  test('after a failure it does not wait for the back-off', () => {
    const stage = online(10_000)
    stage.pass(8_000)
    stage.tell({ kind: 'tokenFailed', fetch: 2, reason: 'no network' })
    stage.take('fetchToken')
    stage.tell({ kind: 'reauthenticated' })
    expect(stage.take('fetchToken')).toHaveLength(1)
  })
})

describe('a request that is refused for its token', () => {
  test('is sent again under its number once another one is accepted', () => {
    const stage = online(hour)
    const key = stage.ask()
    stage.pass(1_000)
    stage.receive(says.refused(1, 'UNAUTHORIZED'))
    expect(stage.take('fetchToken')).toEqual([{ kind: 'fetchToken', fetch: 2 }])
    fetched(stage, 2, 'second')
    stage.frames()
    stage.pass(1_000)
    expect(stage.framesOf('request')).toEqual([])
    stage.receive(authorized())
    expect(stage.framesOf('request')).toMatchObject([{ n: 1, leftMs: 28_000 }])
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('many ask for one token, and one that arrives ended is not asked for again within a second', () => {
    const stage = online(hour)
    stage.ask()
    stage.ask()
    stage.pass(1_000)
    stage.receive(says.refused(1, 'UNAUTHORIZED'), says.refused(2, 'UNAUTHORIZED'))
    expect(stage.take('fetchToken')).toHaveLength(1)
    fetched(stage, 2, 'second')
    stage.frames()
    stage.receive(authorized(), says.refused(1, 'UNAUTHORIZED'))
    stage.pass(999)
    expect(stage.take('fetchToken')).toEqual([])
    stage.pass(1)
    expect(stage.take('fetchToken')).toHaveLength(1)
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1, 2])
  })

  test('does not hurry a token function that fails', () => {
    const stage = online(hour)
    stage.ask()
    stage.ask()
    stage.pass(1_000)
    stage.receive(says.refused(1, 'UNAUTHORIZED'))
    stage.tell({ kind: 'tokenFailed', fetch: 2, reason: 'no network' })
    stage.take('fetchToken')
    stage.receive(says.refused(2, 'UNAUTHORIZED'))
    expect(stage.take('fetchToken')).toEqual([])
  })

  test('is sent again on the next link, too', () => {
    const stage = online(hour)
    stage.ask()
    stage.receive(says.refused(1, 'UNAUTHORIZED'))
    stage.lose()
    stage.pass(200)
    stage.frames()
    fetched(stage, 2, 'second')
    stage.welcome({ resumed: true })
    expect(stage.framesOf('request')).toMatchObject([{ n: 1 }])
  })

  test.for([
    { refused: true, code: 'NO_HANDLER' },
    { refused: undefined, code: 'UNAUTHORIZED' },
  ] as const)('is told apart from others: $code settles, for no other token helps', ({ refused, code }) => {
    const stage = online(hour)
    const key = stage.ask()
    const error = { code, message: 'No.', mayHaveExecuted: false } as const
    stage.receive({ kind: 'error', n: 1, ...(refused && { refused }), error })
    expect(stage.outcome(key)).toBe(code)
  })

  test('ends by its deadline', () => {
    const stage = online(hour)
    const key = stage.ask()
    stage.receive(says.refused(1, 'UNAUTHORIZED'))
    passAlive(stage, 29_999)
    expect(stage.outcome(key)).toBeUndefined()
    stage.pass(1)
    expect(stage.fault(key)).toMatchObject({ code: 'TIMEOUT', stage: 'sent', mayHaveExecuted: false })
  })

  test('settles when the next tokens are refused too', () => {
    const stage = online(hour)
    const [waiting, running] = [stage.ask(), stage.ask()]
    stage.receive(says.refused(1, 'UNAUTHORIZED'))
    const refuse = { kind: 'refuse', code: 'unauthorized', message: 'No.' } as const
    stage.receive(refuse)
    fetched(stage, 2, 'second')
    stage.tell({ kind: 'opened', link: 2 })
    stage.receive(refuse)
    expect(stage.fault(waiting)).toMatchObject({ code: 'UNAUTHORIZED', stage: 'sent', mayHaveExecuted: false })
    expect(stage.outcome(running)).toBeUndefined()
  })

  test('settles when there is no token to ask for', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.take('fetchToken')
    stage.receive(says.refused(1, 'UNAUTHORIZED'))
    expect(stage.fault(key)).toMatchObject({ code: 'UNAUTHORIZED', mayHaveExecuted: false })
    stage.pass(5_000)
    expect(stage.take('fetchToken')).toEqual([])
  })
})

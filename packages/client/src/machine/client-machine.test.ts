import { describe, expect, test } from 'vitest'
import type { Input } from './inputs.js'
import { Stage, says } from './stage.js'

describe('being silent', () => {
  test('a token function that fails before there is a link is why there is none', () => {
    const stage = new Stage({ token: 'later' })
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'tokenFailed', fetch: 1, reason: 'no network' })
    expect(stage.waitsFor).toBe('The token function failed: no network')
  })

  test('before it is started the machine dials nothing, and takes requests', () => {
    const stage = new Stage()
    stage.ask()
    stage.pass(1_000)
    expect(stage.take('fetchToken')).toEqual([])
    stage.tell({ kind: 'started' })
    expect(stage.take('fetchToken')).toHaveLength(1)
  })

  test('an idle link is pinged, and a pong keeps it', () => {
    const stage = new Stage().online()
    stage.frames()
    stage.pass(30_000)
    expect(stage.frames()).toEqual([{ kind: 'ping' }])
    stage.receive({ kind: 'pong' })
    stage.pass(29_999)
    expect(stage.take('abandon')).toEqual([])
  })

  test('a ping is answered', () => {
    const stage = new Stage().online()
    stage.frames()
    stage.receive({ kind: 'ping' })
    expect(stage.frames()).toEqual([{ kind: 'pong' }])
  })

  test('a half-open link is found out within 8 s of a request, and dialled anew at once', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.take('dial')
    stage.pass(7_999)
    expect(stage.take('abandon')).toEqual([])
    stage.pass(1)
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4410 }])
    expect(stage.take('dial')).toEqual([{ kind: 'dial', link: 2 }])
    stage.welcome()
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('a cancel that is not acknowledged is reason enough to look after 5 s', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'abandoned', key: stage.ask() })
    stage.frames()
    stage.pass(5_000)
    expect(stage.framesOf('ping')).toHaveLength(1)
  })
})

describe('signs of the platform', () => {
  test.for(['online', 'offline', 'visible', 'woke'] as const)('%s probes the link at once', (sign) => {
    const stage = new Stage().online()
    stage.frames()
    stage.tell({ kind: 'noticed', sign })
    expect(stage.frames()).toEqual([{ kind: 'ping' }])
    stage.pass(3_000)
    expect(stage.take('abandon')).toHaveLength(1)
  })

  test('a hidden page is no reason to probe', () => {
    const stage = new Stage().online()
    stage.frames()
    stage.tell({ kind: 'noticed', sign: 'hidden' })
    expect(stage.frames()).toEqual([])
  })

  test('a hidden page that lost its link dials for a request, at once when its wait is over', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'noticed', sign: 'hidden' })
    stage.lose()
    stage.pass(60_000)
    expect(stage.link).toBe(1)
    stage.ask()
    expect(stage.link).toBe(2)
  })

  test('and for what was sent before: an answer, or that a cancel has arrived', () => {
    for (const givenUp of [false, true]) {
      const stage = new Stage().online()
      const key = stage.ask()
      if (givenUp) stage.tell({ kind: 'abandoned', key })
      stage.tell({ kind: 'noticed', sign: 'hidden' })
      stage.lose()
      stage.pass(200)
      expect(stage.link).toBe(2)
    }
  })

  test.for([
    [5_000, false],
    [5_001, true],
  ] as const)('a turn that comes %i ms late is a sleep, and probes the link: %s', ([late, slept]) => {
    const stage = new Stage().online()
    stage.ask()
    stage.receive(says.reply(1))
    // The next turn is due for the confirmation, long before the heartbeat.
    stage.now = stage.machine.wakeAt() + late
    stage.receive(says.started(1))
    expect(stage.framesOf('ping')).toHaveLength(slept ? 1 : 0)
  })

  test('a sleep ends a wait for the next dial', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    for (let failure = 0; failure < 7; failure += 1) {
      stage.lose()
      if (failure < 6) stage.pass(10_000)
    }
    // It would wait for 10 s, but for the request.
    stage.ask({ timeoutMs: 1_000 })
    expect(stage.link).toBe(7)
    stage.now += 6_001
    stage.tell({ kind: 'woke' })
    expect(stage.link).toBe(8)
  })

  test('after a sleep what is late settles first', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 1_000 })
    stage.now += 3_600_000
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })
})

describe('time', () => {
  const hour = 3_600_000

  test('asleep with the monotonic clock standing still: what is late settles in the first turn after waking', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.frames()
    stage.wallAheadMs = hour
    // The timer goes by a clock of its own.
    stage.tell({ kind: 'woke', timerAt: stage.machine.wakeAt() })
    expect(stage.outcome(key)).toBe('TIMEOUT')
    expect(stage.frames()).toMatchObject([{ kind: 'cancel' }, { kind: 'ping' }])
  })

  test('the same when the platform says that it woke, and what is not late yet is late that much sooner', () => {
    const stage = new Stage().online()
    const [late, later] = [stage.ask(), stage.ask({ timeoutMs: hour + 30_000 })]
    stage.wallAheadMs = hour
    stage.tell({ kind: 'noticed', sign: 'woke' })
    expect(stage.machine.now).toBe(stage.now + hour)
    expect([stage.outcome(late), stage.outcome(later)]).toEqual(['TIMEOUT', undefined])
    stage.receive({ kind: 'pong' })
    stage.pass(29_999)
    expect(stage.outcome(later)).toBeUndefined()
    stage.pass(1)
    expect(stage.outcome(later)).toBe('TIMEOUT')
  })

  test('asleep with a monotonic clock that missed a part: the rest is believed', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: hour })
    stage.now = stage.machine.wakeAt() + 6_000
    stage.wallAheadMs = hour
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test.for([3_600_000, -3_600_000])('awake, and the clock is set by %i ms: a ping, and nothing settles', (jump) => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.frames()
    stage.wallAheadMs = jump
    stage.receive(says.started(1))
    expect(stage.frames()).toEqual([{ kind: 'ping' }])
    stage.receive({ kind: 'pong' })
    expect(stage.outcome(key)).toBeUndefined()
    stage.pass(100)
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('no other sign of the platform makes it believe the clock', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.wallAheadMs = hour
    stage.tell({ kind: 'noticed', sign: 'visible' })
    expect(stage.outcome(key)).toBeUndefined()
  })

  test('a link that slept has 3 s to answer; then it is dialled anew', () => {
    const stage = new Stage().online()
    stage.wallAheadMs = hour
    stage.tell({ kind: 'noticed', sign: 'woke' })
    stage.pass(2_999)
    expect(stage.take('abandon')).toEqual([])
    stage.pass(1)
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4410 }])
    expect(stage.link).toBe(2)
  })

  test('whoever waits for the next dial wakes, and dials', () => {
    const stage = new Stage().online()
    stage.lose()
    stage.wallAheadMs = hour
    stage.tell({ kind: 'woke', timerAt: stage.machine.wakeAt() })
    expect(stage.link).toBe(2)
  })
})

describe('transmitting', () => {
  test('a frame that asks for a request says for which, the first time and again; no other does', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.relink({ resumed: true }).receive({ kind: 'ping' })
    const said = stage.transmitted().map(({ frame, ...rest }) => ({ ...rest, kind: frame.kind }))
    expect(said).toStrictEqual([
      { kind: 'hello', link: 1 },
      { kind: 'request', link: 1, key },
      { kind: 'hello', link: 2 },
      { kind: 'request', link: 2, key },
      { kind: 'pong', link: 2 },
    ])
  })
})

describe('confirming', () => {
  test('what is settled and delivered is confirmed within 2 s', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'listened', type: '*' })
    stage.ask()
    stage.frames()
    stage.receive(says.push(1), says.reply(1))
    expect(stage.frames()).toEqual([])
    stage.pass(1_999)
    expect(stage.frames()).toEqual([])
    stage.pass(1)
    expect(stage.frames()).toEqual([{ kind: 'ack', push: 1, floor: 1, settled: [] }])
    stage.pass(1_000)
    expect(stage.frames()).toEqual([])
  })

  test('much is confirmed at once', () => {
    const stage = new Stage().online()
    for (let request = 0; request < 32; request += 1) stage.ask()
    stage.frames()
    for (let n = 1; n <= 31; n += 1) stage.receive(says.reply(n))
    expect(stage.frames()).toEqual([])
    stage.receive(says.reply(32))
    expect(stage.framesOf('ack')).toMatchObject([{ floor: 32 }])
  })

  test('what could not be confirmed for want of a link is confirmed by the next hello', () => {
    const stage = new Stage().online()
    stage.ask()
    stage.receive(says.reply(1))
    stage.lose()
    stage.frames()
    stage.pass(1_000)
    stage.welcome()
    expect(stage.framesOf('hello')).toMatchObject([{ floor: 1 }])
  })
})

describe('closing', () => {
  test('it says bye, settles everything by what is known of it, and wants nothing more', () => {
    const stage = new Stage().online({ limits: { messageBytes: 1_000, window: 1, ranges: 64 } })
    const [sent, queued] = [stage.ask(), stage.ask()]
    stage.frames()
    stage.tell({ kind: 'closeAsked' })
    expect(stage.frames()).toEqual([{ kind: 'bye' }])
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 1000 }])
    expect(stage.fault(sent)).toMatchObject({ code: 'CLOSED', stage: 'sent', mayHaveExecuted: true })
    expect(stage.fault(queued)).toMatchObject({ code: 'CLOSED', stage: 'queued', mayHaveExecuted: false })
    expect(stage.machine.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  })

  test('a closed client refuses requests, and stays closed', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'closeAsked' })
    stage.effects.splice(0)
    stage.tell({ kind: 'closeAsked' })
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'reauthenticated' })
    expect(stage.fault(stage.ask())).toMatchObject({ code: 'CLOSED', stage: 'queued', mayHaveExecuted: false })
    expect(stage.effects).toEqual([])
    expect(stage.machine.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  })

  test('a client that is closed before it was welcomed says nothing', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'opened', link: 1 })
    stage.frames()
    stage.tell({ kind: 'closeAsked' })
    expect(stage.frames()).toEqual([])
    expect(stage.take('abandon')).toHaveLength(1)
  })
})

test('what a turn that throws had settled is told by the next one', () => {
  const stage = new Stage().online()
  const key = stage.ask()
  stage.now += 30_000
  expect(() => stage.tell({ kind: 'a bug of ours' } as unknown as Input)).toThrow()
  stage.pass(1)
  expect(stage.outcome(key)).toBe('TIMEOUT')
})

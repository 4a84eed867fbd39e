import type { RefuseCode } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { Stage, says } from './stage.js'

const refuse = (code: RefuseCode, retryAfterMs?: number) =>
  ({ kind: 'refuse', code, message: 'No.', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }) as const

const welcome = {
  kind: 'welcome',
  sessionId: 's',
  epoch: 'e',
  resumed: false,
  head: 0,
  idempotent: [],
  limits: { messageBytes: 1_000, window: 256, ranges: 64 },
  heartbeatMs: 30_000,
} as const

/** A first link that opened and was refused. */
const refused = (stage: Stage, code: RefuseCode, retryAfterMs?: number): Stage => {
  stage.tell({ kind: 'started' })
  stage.tell({ kind: 'opened', link: stage.link })
  return stage.receive(refuse(code, retryAfterMs))
}

describe('greeting', () => {
  test('a socket that opens twice is greeted once', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'opened', link: 1 })
    stage.tell({ kind: 'opened', link: 1 })
    expect(stage.frames()).toHaveLength(1)
  })

  test('the first frame is a hello, and nothing else is sent before the welcome', () => {
    const stage = new Stage({ token: 'sesame' })
    const key = stage.ask()
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'opened', link: 1 })
    stage.tell({ kind: 'abandoned', key })
    stage.receive({ kind: 'ping' })
    expect(stage.take('abandon')).toEqual([])
    expect(stage.frames()).toEqual([
      {
        kind: 'hello',
        version: 1,
        client: 'client-2',
        secret: 'secret-3',
        attempt: 1,
        lastPush: 0,
        floor: 0,
        settled: [],
        page: 'id-1',
        token: 'sesame',
      },
    ])
  })

  test('the hello of a later link says how far we have come', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'listened', type: '*' })
    for (let request = 0; request < 3; request += 1) stage.ask()
    stage.receive(says.push(1), says.reply(1), says.reply(3))
    stage.frames()
    stage.relink()
    expect(stage.framesOf('hello')).toMatchObject([
      { attempt: 2, epoch: 'first', lastPush: 1, floor: 1, settled: [[3, 3]] },
    ])
  })

  test('what is no greeting ends the link', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'opened', link: 1 })
    stage.receive(says.push(1))
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4400 }])
    expect(stage.waitsFor).toBe('A push came before the welcome.')
  })

  test('a welcome to a link that has not greeted ends it', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    stage.receive(welcome)
    expect(stage.take('abandon')).toHaveLength(1)
  })

  test('a second welcome ends the link', () => {
    const stage = new Stage().online()
    stage.receive({ ...welcome, epoch: 'first', resumed: true })
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4400 }])
    expect(stage.waitsFor).toBe('A second welcome came.')
  })

  test('a frame of an unknown kind is a sign of life after the welcome, and no greeting before it', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'opened', link: 1 })
    stage.tell({ kind: 'unknown', link: 1, frameKind: 'novelty' })
    expect(stage.take('abandon')).toHaveLength(1)
    stage.pass(200)
    stage.welcome()
    stage.frames()
    stage.pass(29_000)
    stage.tell({ kind: 'unknown', link: 2, frameKind: 'novelty' })
    stage.pass(29_000)
    expect([stage.frames(), stage.take('abandon')]).toEqual([[], []])
  })

  test('what is no frame ends the link, and an older link can do no harm any more', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'garbled', link: 1, reason: 'not JSON' })
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4400 }])
    stage.pass(200)
    stage.welcome()
    for (const kind of ['garbled', 'unknown', 'closed'] as const) {
      stage.tell({ kind, link: 1, reason: '', code: 1006, frameKind: '' })
    }
    stage.tell({ kind: 'received', link: 1, frame: says.push(9) })
    expect([stage.take('abandon'), stage.take('gap')]).toEqual([[], []])
  })
})

describe('order after the welcome', () => {
  test('a first session: init, then the queue', () => {
    const stage = new Stage({ init: true })
    stage.ask({ type: 'waiting' })
    stage.online()
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1, 2])
    expect(stage.take('stage').map(({ key }) => key)).toEqual([2, 1])
  })

  test('a resumed session: no init; cancels and what is unsettled, ascending; then the queue', () => {
    const stage = new Stage({ init: true }).online()
    stage.receive(says.reply(1))
    const [, cancelled] = [stage.ask(), stage.ask(), stage.ask({ mode: 'stream' })]
    stage.receive(says.chunk(4, 0), says.chunk(4, 1))
    stage.tell({ kind: 'abandoned', key: cancelled })
    stage.lose()
    stage.ask()
    stage.frames()
    stage.pass(200)
    stage.welcome()
    expect(stage.inits).toBe(1)
    expect(stage.frames()).toMatchObject([
      { kind: 'hello' },
      { kind: 'request', n: 2 },
      { kind: 'cancel', n: 3 },
      { kind: 'request', n: 4, from: 2 },
      { kind: 'request', n: 5 },
    ])
  })

  test('a new session: init, then what may run again, then the queue', () => {
    const stage = new Stage({ init: true }).online({ idempotent: ['text'] })
    stage.receive(says.reply(1))
    stage.ask()
    stage.lose()
    stage.ask()
    stage.frames()
    stage.pass(200)
    stage.welcome({ epoch: 'second', idempotent: ['text'] })
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([3, 2, 4])
  })

  test('until init is answered for, nothing else passes, and nothing is lost', () => {
    const stage = new Stage().online()
    const [kept, dropped] = [stage.ask(), stage.ask()]
    stage.lose()
    stage.pass(200)
    stage.frames()
    const early = stage.machine
    stage.tell({ kind: 'opened', link: 2 })
    // The shell performs `initialise` only after what was waiting in its line.
    const wanted = early.handle(
      {
        kind: 'received',
        link: 2,
        frame: { ...welcome, sessionId: 'other', epoch: 'second', idempotent: ['text'] },
      },
      stage.now,
    )
    expect(wanted.map(({ kind }) => kind)).toContain('initialise')
    stage.frames()
    stage.tell({ kind: 'abandoned', key: dropped })
    stage.ask()
    expect(stage.frames()).toEqual([])
    stage.tell({ kind: 'initSkipped' })
    expect(stage.frames()).toMatchObject([
      { kind: 'request', n: 1 },
      { kind: 'cancel', n: 2 },
      { kind: 'request', n: 3 },
    ])
    expect(stage.outcome(kept)).toBeUndefined()
  })
})

describe('an init that is not answered for in its turn', () => {
  test('is asked on the next link, before all else, when its own has gone', () => {
    const stage = new Stage().online()
    stage.lose()
    stage.ask()
    stage.ask({ type: 'init', init: true })
    stage.frames()
    stage.pass(200)
    stage.welcome()
    expect(stage.framesOf('request').map(({ message }) => message)).toEqual([
      '{"id":"message-2"}',
      '{"id":"message-1"}',
    ])
  })

  test('is asked on the next link, too, when its session is as new as it was', () => {
    const stage = new Stage()
    stage.tell({ kind: 'started' })
    stage.tell({ kind: 'opened', link: 1 })
    // The shell performs `initialise` only after it has heard of the loss.
    stage.machine.handle({ kind: 'received', link: 1, frame: welcome }, stage.now)
    stage.lose()
    stage.ask({ type: 'init', init: true })
    stage.pass(200)
    stage.tell({ kind: 'opened', link: 2 })
    stage.frames()
    stage.receive(welcome)
    expect(stage.framesOf('request')).toMatchObject([{ n: 1, message: '{"id":"message-1"}' }])
  })

  test('is not answered for twice: nothing is sent again', () => {
    const stage = new Stage().online()
    stage.ask()
    stage.frames()
    stage.tell({ kind: 'initSkipped' })
    expect(stage.frames()).toEqual([])
  })
})

describe('another epoch', () => {
  const lostSession = (welcome = {}) => {
    const stage = new Stage().online(welcome)
    stage.tell({ kind: 'listened', type: '*' })
    return stage
  }

  test('a reset is told exactly when a known epoch changes', () => {
    const stage = lostSession()
    expect(stage.take('reset')).toEqual([])
    stage.relink({ resumed: true })
    expect(stage.take('reset')).toEqual([])
    stage.relink({ epoch: 'second' })
    expect(stage.take('reset')).toHaveLength(1)
    stage.relink({ epoch: 'second', resumed: true })
    expect(stage.take('reset')).toEqual([])
  })

  test('what was sent may have run, and is not sent again', () => {
    const stage = lostSession()
    const key = stage.ask()
    stage.frames()
    stage.relink({ epoch: 'second' })
    expect(stage.fault(key)).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, retryable: false })
    expect(stage.framesOf('request')).toEqual([])
  })

  test('what was never sent is sent', () => {
    const stage = lostSession()
    stage.lose()
    const key = stage.ask()
    stage.pass(200)
    stage.welcome({ epoch: 'second' })
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('an idempotent request is sent again under its number, and may have run whatever the answer says', () => {
    const stage = lostSession()
    const [ok, expired] = [stage.ask(), stage.ask()]
    stage.receive(says.started(1))
    stage.frames()
    stage.relink({ epoch: 'second', idempotent: ['text'] })
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1, 2])
    stage.take('stage')
    stage.receive(says.started(1), says.reply(1))
    // It was running in the old session; in the new one it is running only now.
    expect(stage.take('stage').map(({ stage }) => stage)).toEqual(['started', 'replied'])
    stage.receive({
      kind: 'error',
      n: 2,
      refused: true,
      error: { code: 'EXPIRED', message: 'Too late.', mayHaveExecuted: false },
    })
    expect(stage.outcome(ok)).toBe('ok')
    expect(stage.fault(expired)).toMatchObject({ code: 'EXPIRED', mayHaveExecuted: true, retryable: true })
  })

  test('an idempotent stream is sent again only if no chunk of it was delivered', () => {
    const stage = lostSession()
    const [begun, untouched] = [stage.ask({ mode: 'stream' }), stage.ask({ mode: 'stream' })]
    stage.receive(says.chunk(1, 0))
    stage.relink({ epoch: 'second', idempotent: ['text'] })
    expect([stage.outcome(begun), stage.outcome(untouched)]).toEqual(['OUTCOME_UNKNOWN', undefined])
  })

  test('what the old session refused for now did not run, and is sent when its time has come', () => {
    const stage = lostSession()
    const key = stage.ask()
    stage.receive({
      kind: 'error',
      n: 1,
      refused: true,
      error: { code: 'OVERLOADED', message: 'Later.', mayHaveExecuted: false, retryAfterMs: 12_000 },
    })
    stage.frames()
    stage.relink({ epoch: 'second' })
    stage.pass(5_000)
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('pushes are numbered anew', () => {
    const stage = lostSession()
    stage.receive(says.push(1), says.push(2))
    stage.relink({ epoch: 'second' })
    stage.receive(says.push(1))
    expect(stage.take('deliver')).toHaveLength(3)
  })

  test('numbers go on, so that a late frame can not be taken for an answer to another request', () => {
    const stage = lostSession()
    stage.ask()
    stage.relink({ epoch: 'second' })
    stage.frames()
    stage.ask()
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([2])
  })

  test('an init that ended long ago gives up its number once only', () => {
    const stage = new Stage({ init: true }).online()
    stage.ask()
    stage.receive(says.reply(1), says.reply(2))
    stage.lose()
    stage.pass(200)
    stage.welcome({ epoch: 'second' })
    stage.receive(says.reply(3))
    stage.ask()
    stage.ask()
    stage.frames()
    stage.receive(says.reply(5))
    stage.pass(29_000)
    expect(stage.framesOf('ack')).toMatchObject([{ floor: 3, settled: [[5, 5]] }])
  })

  test('the init of the old session makes room for that of the new one', () => {
    const stage = new Stage({ init: true }).online()
    stage.frames()
    stage.relink({ epoch: 'second' })
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([2])
    expect([stage.outcome(1), stage.outcome(2)]).toEqual(['ABORTED', undefined])
  })
})

describe('refusals', () => {
  test.for([
    ['version', 'UNSUPPORTED_VERSION'],
    ['invalid', 'INVALID_MESSAGE'],
  ] as const)('%s is final', ([code, ending]) => {
    const stage = new Stage().online()
    const sent = stage.ask()
    stage.lose()
    const queued = stage.ask()
    stage.pass(200)
    stage.tell({ kind: 'opened', link: 2 })
    stage.receive(refuse(code))
    expect([stage.outcome(sent), stage.outcome(queued)]).toEqual(['OUTCOME_UNKNOWN', ending])
    expect(stage.fault(queued)).toMatchObject({ stage: 'queued', mayHaveExecuted: false })
    expect(stage.outcome(stage.ask())).toBe(ending)
    expect(stage.take('report')).toMatchObject([{ error: { code: ending, stage: 'queued', mayHaveExecuted: false } }])
    stage.tell({ kind: 'closeAsked' })
    expect(stage.outcome(stage.ask())).toBe(ending)
    expect(stage.take('status').at(-1)).toEqual({ kind: 'status', status: { state: 'closed' } })
    expect(stage.machine.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  })

  test('unauthorized: one fresh token; then what is queued is rejected, what was sent is not', () => {
    const stage = new Stage().online()
    const sent = stage.ask()
    stage.lose()
    const queued = stage.ask()
    stage.pass(200)
    stage.take('fetchToken')
    stage.tell({ kind: 'opened', link: 2 })
    stage.receive(refuse('unauthorized'))
    expect(stage.take('fetchToken')).toHaveLength(1)
    expect([stage.outcome(sent), stage.outcome(queued)]).toEqual([undefined, undefined])
    stage.tell({ kind: 'opened', link: 3 })
    stage.receive(refuse('unauthorized'))
    expect([stage.outcome(sent), stage.outcome(queued)]).toEqual([undefined, 'UNAUTHORIZED'])
    expect(stage.outcome(stage.ask())).toBe('UNAUTHORIZED')
    stage.tell({ kind: 'reauthenticated' })
    stage.welcome()
    stage.receive(says.reply(1))
    expect(stage.outcome(sent)).toBe('ok')
  })

  test.for(['not-yours', 'stale', 'superseded'] as const)('%s: another client, with a numbering of its own', (code) => {
    const stage = new Stage().online()
    const sent = stage.ask()
    const [before] = stage.framesOf('hello')
    stage.receive(refuse(code))
    expect(stage.outcome(sent)).toBe('OUTCOME_UNKNOWN')
    expect(stage.take('reset')).toHaveLength(1)
    stage.ask()
    stage.pass(200)
    stage.welcome()
    const [hello, request] = stage.frames()
    expect(hello).toMatchObject({ kind: 'hello', attempt: 1, floor: 0, lastPush: 0 })
    expect(hello).not.toHaveProperty('epoch')
    expect(hello?.kind === 'hello' && hello.client).not.toBe(before?.client)
    expect(request).toMatchObject({ kind: 'request', n: 1 })
    expect(stage.take('reset')).toEqual([])
  })

  test.for([
    ['not-yours', 'SESSION_GONE'],
    ['stale', undefined],
    ['superseded', undefined],
  ] as const)('%s: what is queued ends as %s', ([code, ending]) => {
    const stage = new Stage()
    const key = stage.ask()
    refused(stage, code)
    expect(stage.outcome(key)).toBe(ending)
    expect(stage.take('reset')).toEqual([])
  })

  test('superseded: cancels and what was put off are forgotten, and nothing of them is sent to the next session', () => {
    const stage = new Stage().online()
    const [cancelled, postponed] = [stage.ask(), stage.ask()]
    stage.tell({ kind: 'abandoned', key: cancelled })
    stage.receive({
      kind: 'error',
      n: 2,
      refused: true,
      error: { code: 'OVERLOADED', message: 'Later.', mayHaveExecuted: false, retryAfterMs: 5_000 },
    })
    stage.receive(refuse('superseded'))
    expect(stage.fault(postponed)).toMatchObject({ code: 'SESSION_GONE', mayHaveExecuted: false, retryable: true })
    stage.frames()
    stage.pass(200)
    stage.welcome()
    stage.pass(10_000)
    expect(stage.frames().map(({ kind }) => kind)).toEqual(['hello'])
  })

  test('superseded: pushes are numbered anew, and init makes room for that of the next session', () => {
    const stage = new Stage({ init: true }).online()
    stage.tell({ kind: 'listened', type: '*' })
    stage.receive(says.push(1), refuse('superseded'))
    expect(stage.outcome(1)).toBe('ABORTED')
    stage.pass(200)
    stage.frames()
    stage.welcome()
    expect(stage.framesOf('hello')).toMatchObject([{ lastPush: 0 }])
    stage.receive(says.push(1))
    expect([stage.take('deliver').length, stage.inits]).toEqual([2, 2])
  })

  test.for(['full', 'draining'] as const)('%s: waits as long as it is asked to, and everything is kept', (code) => {
    const stage = new Stage()
    const key = stage.ask()
    refused(stage, code, 4_000)
    stage.take('dial')
    stage.pass(4_199)
    expect(stage.take('dial')).toEqual([])
    stage.pass(1)
    expect(stage.take('dial')).toHaveLength(1)
    stage.welcome()
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })
})

describe('pushes', () => {
  test('a jump drops the link, and the next one resumes after the last push', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'listened', type: '*' })
    stage.receive(says.push(1), says.push(3))
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4400 }])
    expect(stage.waitsFor).toBe('A push came where push 2 was due.')
    stage.frames()
    stage.pass(200)
    stage.welcome()
    expect(stage.framesOf('hello')).toMatchObject([{ lastPush: 1 }])
  })

  test('the gap that a hello meets is told, and pushes go on after it', () => {
    const stage = new Stage()
    stage.tell({ kind: 'listened', type: '*' })
    stage.online({ gap: { from: 1, to: 5 }, head: 6 })
    expect(stage.take('gap')).toEqual([{ kind: 'gap', from: 1, to: 5 }])
    stage.receive(says.push(6), { kind: 'gap', from: 7, to: 9 }, says.push(10))
    expect([stage.take('gap').length, stage.take('deliver').length]).toEqual([1, 2])
  })

  test('a gap touches no request, and an answer no push', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive({ kind: 'gap', from: 1, to: 5 }, says.reply(1))
    stage.pass(2_000)
    expect(stage.outcome(key)).toBe('ok')
    expect(stage.framesOf('ack')).toEqual([{ kind: 'ack', push: 5, floor: 1, settled: [] }])
  })
})

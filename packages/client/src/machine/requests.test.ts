import type { Json, WireError } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { long, Stage, says } from './stage.js'

const error = (n: number, error: Partial<WireError>, refused = false) =>
  ({
    kind: 'error',
    n,
    error: { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true, ...error },
    ...(refused ? { refused: true as const } : {}),
  }) as const

const rateLimited = (n: number, retryAfterMs?: number) =>
  error(
    n,
    { code: 'RATE_LIMITED', mayHaveExecuted: false, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    true,
  )

describe('sending', () => {
  test('a request that is asked for offline is queued, and sent by the next link with the time that is left', () => {
    const stage = new Stage()
    stage.ask()
    stage.now += 4_000
    stage.online()
    expect(stage.framesOf('request')).toEqual([
      { kind: 'request', n: 1, mode: 'request', leftMs: 26_000, message: '{"id":"message-1"}' },
    ])
  })

  test('its caller gets the reply as it travelled, and the session that it came in', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    const reply = says.reply(1)
    stage.receive(reply)
    expect(stage.outcomes.get(key)).toEqual({ ok: true, message: reply.message, sessionId: 'session' })
  })

  test('numbers are given in the order of sending, and each stage is told', () => {
    const stage = new Stage().online()
    const [a, b] = [stage.ask(), stage.ask()]
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1, 2])
    stage.receive(says.started(1), says.reply(1))
    expect(
      stage
        .take('stage')
        .filter(({ key }) => key === a)
        .map(({ stage }) => stage),
    ).toEqual(['sent', 'started', 'replied'])
    expect([stage.outcome(a), stage.outcome(b)]).toEqual(['ok', undefined])
  })

  test('no more numbers are sent than the window takes; the next one goes when one is settled', () => {
    const stage = new Stage().online({ limits: { messageBytes: 1_000, window: 2, ranges: 64 } })
    for (let request = 0; request < 3; request += 1) stage.ask()
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1, 2])
    stage.receive(says.reply(2))
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([3])
  })

  test('when the queue is full, the next one is refused and did not run', () => {
    const stage = new Stage({ queue: 2 })
    const keys = [stage.ask(), stage.ask(), stage.ask()]
    expect(keys.map((key) => stage.outcome(key))).toEqual([undefined, undefined, 'QUEUE_FULL'])
    expect(stage.fault(3)).toMatchObject({ stage: 'queued', mayHaveExecuted: false, retryable: true })
    stage.online()
    expect(stage.framesOf('request')).toHaveLength(2)
  })

  test('what is too large never gets a number', () => {
    const stage = new Stage().online()
    const key = stage.ask({ message: long(64 * 1024 + 1) })
    stage.ask({ message: long(64 * 1024) })
    expect(stage.fault(key)).toMatchObject({ code: 'TOO_LARGE', stage: 'queued', mayHaveExecuted: false })
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1])
  })

  test('what is too large for the server that welcomes us never gets a number', () => {
    const stage = new Stage()
    const inBytes = stage.ask({ message: 'ä'.repeat(501) as Json })
    const [large, small] = [stage.ask({ message: long(1_001) }), stage.ask({ message: long(1_000) })]
    stage.online({ limits: { messageBytes: 1_000, window: 256, ranges: 64 } })
    expect(stage.fault(inBytes).message).toBe('The message takes 1002 bytes, more than 1000.')
    expect([stage.outcome(large), stage.outcome(small)]).toEqual(['TOO_LARGE', undefined])
    expect(stage.framesOf('request').map(({ n }) => n)).toEqual([1])
  })

  test('before the first welcome nobody knows what is too large', () => {
    const stage = new Stage()
    const key = stage.ask({ message: long(100_000) })
    stage.online({ limits: { messageBytes: 100_000, window: 256, ranges: 64 } })
    expect([stage.outcome(key), stage.framesOf('request').length]).toEqual([undefined, 1])
  })

  test('what a server that takes less is not sent again holds up nothing', () => {
    const stage = new Stage().online({ idempotent: ['save'] })
    const large = [stage.ask({ type: 'save', message: long(5_000) }), stage.ask({ message: long(5_000) })]
    const small = stage.ask()
    stage.receive(rateLimited(2, 15_000))
    stage.frames()
    const limits = { messageBytes: 1_000, window: 256, ranges: 64 }
    stage.relink({ resumed: true, idempotent: ['save'], limits })
    const told = stage.frames().filter(({ kind }) => kind === 'request' || kind === 'cancel')
    expect(told).toMatchObject([
      { kind: 'cancel', n: 1 },
      { kind: 'request', n: 3 },
    ])
    stage.receive(says.reply(3))
    expect(stage.outcome(small)).toBe('ok')
    stage.pass(15_000)
    expect(stage.framesOf('request')).toEqual([])
    expect(large.map((key) => stage.fault(key))).toMatchObject([
      { code: 'TOO_LARGE', mayHaveExecuted: true, retryable: true },
      { code: 'TOO_LARGE', mayHaveExecuted: false },
    ])
  })

  test('a send settles when the server has recorded it, and what its handler says is of no interest', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'send' })
    stage.receive(says.started(1))
    expect(stage.outcomes.get(key)).toEqual({ ok: true, message: null, sessionId: 'session' })
    stage.receive(error(1, {}))
    expect(stage.take('report')).toEqual([])
  })

  test('a send that is answered by a reply has settled without it', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'send' })
    stage.receive(says.reply(1))
    expect(stage.outcomes.get(key)).toEqual({ ok: true, message: null, sessionId: 'session' })
  })
})

describe('deadlines', () => {
  test('a queued request that is late did not run, and is never sent', () => {
    const stage = new Stage()
    const key = stage.ask({ timeoutMs: 500 })
    stage.pass(500)
    expect(stage.fault(key)).toMatchObject({
      code: 'TIMEOUT',
      stage: 'queued',
      mayHaveExecuted: false,
      retryable: true,
    })
    stage.online()
    expect(stage.framesOf('request')).toEqual([])
  })

  test('of several that are late in one turn the earliest is told first, and the others come in their time', () => {
    const stage = new Stage().online()
    const [last, second, first] = [900, 500, 300].map((timeoutMs) => stage.ask({ timeoutMs }))
    stage.now += 600
    stage.tell({ kind: 'woke' })
    expect([...stage.outcomes.keys()]).toEqual([first, second])
    stage.pass(300)
    expect([...stage.outcomes.keys()]).toEqual([first, second, last])
  })

  test('a sent request that is late may have run, and the server is told to stop', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 500 })
    stage.frames()
    stage.pass(499)
    expect(stage.outcome(key)).toBeUndefined()
    stage.pass(1)
    expect(stage.fault(key)).toMatchObject({ code: 'TIMEOUT', stage: 'sent', mayHaveExecuted: true, retryable: false })
    expect(stage.frames()).toEqual([{ kind: 'cancel', n: 1 }])
  })

  test('a started request that is late says so', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 20_000 })
    stage.receive(says.started(1))
    stage.pass(20_000)
    expect(stage.fault(key)).toMatchObject({
      message: 'No answer within 20000 ms.',
      stage: 'started',
      mayHaveExecuted: true,
    })
  })

  test('what is late is late, whatever arrives with it', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 500 })
    stage.now += 500
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('signs of it do not prolong the deadline of a request', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 500 })
    stage.pass(400)
    stage.receive(says.started(1))
    stage.pass(100)
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('a late request of an idempotent type may be asked again', () => {
    const stage = new Stage().online({ idempotent: ['text'] })
    const key = stage.ask({ timeoutMs: 500 })
    stage.pass(500)
    expect(stage.fault(key)).toMatchObject({ mayHaveExecuted: true, retryable: true })
  })
})

describe('giving up', () => {
  test('a queued request is dropped and did not run', () => {
    const stage = new Stage()
    const key = stage.ask()
    stage.tell({ kind: 'abandoned', key })
    expect(stage.fault(key)).toMatchObject({ code: 'ABORTED', stage: 'queued', mayHaveExecuted: false })
    stage.online()
    stage.pass(1_000)
    expect(stage.frames().map(({ kind }) => kind)).toEqual(['hello'])
  })

  test('a sent request settles at once, and the server is told on each new link until it acknowledges', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.frames()
    stage.tell({ kind: 'abandoned', key })
    expect(stage.fault(key)).toMatchObject({ code: 'ABORTED', stage: 'sent', mayHaveExecuted: true })
    expect(stage.frames()).toEqual([{ kind: 'cancel', n: 1 }])
    stage.relink()
    expect(stage.framesOf('cancel')).toEqual([{ kind: 'cancel', n: 1 }])
    stage.receive(says.cancelled(1)).relink()
    expect(stage.framesOf('cancel')).toEqual([])
  })

  test('a cancelled number is not reported settled before it is acknowledged', () => {
    const stage = new Stage().online()
    stage.tell({ kind: 'abandoned', key: stage.ask() })
    stage.relink()
    expect(stage.framesOf('hello')[0]?.floor).toBe(0)
    stage.receive(says.cancelled(1)).relink()
    expect(stage.framesOf('hello')[0]?.floor).toBe(1)
  })

  test.for([says.reply(1), error(1, {})])('an answer acknowledges a cancel too ($kind)', (frame) => {
    const stage = new Stage().online()
    stage.tell({ kind: 'abandoned', key: stage.ask() })
    stage.receive(frame).relink()
    const frames = stage.frames()
    expect(frames.filter(({ kind }) => kind === 'hello')).toMatchObject([{ floor: 0 }, { floor: 1 }])
    expect(frames.filter(({ kind }) => kind === 'cancel')).toHaveLength(1)
  })

  test.for([says.started(1), says.chunk(1, 0)])('$kind does not acknowledge a cancel', (frame) => {
    const stage = new Stage().online()
    stage.tell({ kind: 'abandoned', key: stage.ask({ mode: 'stream' }) })
    stage.frames()
    stage.receive(frame).relink()
    expect(stage.framesOf('cancel')).toHaveLength(1)
    expect(stage.take('chunk')).toEqual([])
  })

  test('that a request was cancelled is no answer for whoever has not given it up', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive(says.cancelled(1))
    expect([stage.outcome(key), stage.take('abandon')]).toEqual([undefined, []])
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('giving up what is settled does nothing', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive(says.reply(1))
    stage.frames()
    stage.tell({ kind: 'abandoned', key })
    expect([stage.outcome(key), stage.frames()]).toEqual(['ok', []])
  })
})

describe('errors', () => {
  test('an error settles the request, and says how far it got', () => {
    const stage = new Stage().online()
    const [failed, unknown] = [stage.ask(), stage.ask()]
    stage.receive(error(1, { code: 'FAILURE', failure: { reason: 'read only' } }))
    stage.receive(error(2, { code: 'NO_HANDLER', mayHaveExecuted: false }, true))
    expect(stage.fault(failed)).toMatchObject({
      code: 'FAILURE',
      stage: 'started',
      mayHaveExecuted: true,
      retryable: false,
      failure: { reason: 'read only' },
    })
    expect(stage.fault(unknown)).toMatchObject({ code: 'NO_HANDLER', stage: 'received', retryable: true })
  })

  test('a second answer is ignored', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive(says.reply(1), error(1, {}), says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('a refusal that is over in time is waited for, and the same number is sent again', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.frames()
    stage.receive(rateLimited(1, 2_000))
    expect(stage.take('putOff')).toEqual([{ kind: 'putOff', key, code: 'RATE_LIMITED' }])
    stage.pass(2_199)
    expect(stage.framesOf('request')).toEqual([])
    stage.pass(1)
    expect(stage.framesOf('request')).toMatchObject([{ n: 1, leftMs: 27_800 }])
    stage.receive(says.reply(1))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('refusals in a row are waited for longer and longer', () => {
    const stage = new Stage().online()
    stage.ask()
    for (const delay of [200, 450, 1_462.5]) {
      stage.receive(rateLimited(1))
      stage.frames()
      stage.pass(delay - 1)
      expect(stage.framesOf('request')).toEqual([])
      stage.pass(1)
      expect(stage.framesOf('request')).toHaveLength(1)
    }
  })

  test('a refusal that is over too late settles at once, with the time that was asked for', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 1_000 })
    stage.receive(rateLimited(1, 2_000))
    expect(stage.fault(key)).toMatchObject({
      code: 'RATE_LIMITED',
      stage: 'received',
      mayHaveExecuted: false,
      retryable: true,
      retryAfterMs: 2_000,
    })
  })

  test('a refusal that is over at the deadline is over too late', () => {
    const stage = new Stage().online()
    const key = stage.ask({ timeoutMs: 1_000 })
    stage.receive(rateLimited(1, 800))
    expect(stage.outcome(key)).toBe('RATE_LIMITED')
  })

  test('an error that is not refused is final, whatever its code', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive(error(1, { code: 'OVERLOADED' }))
    expect(stage.outcome(key)).toBe('OVERLOADED')
  })

  test('one that waits after a refusal is not sent early by a new link, and not forgotten by it', () => {
    const stage = new Stage().online()
    stage.ask()
    stage.receive(rateLimited(1, 15_000))
    stage.relink()
    expect(stage.framesOf('request')).toHaveLength(1)
    stage.pass(15_000)
    expect(stage.framesOf('request')).toMatchObject([{ n: 1 }])
  })

  test('one that waits after a refusal and is given up did not run, and nobody need be told', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive(rateLimited(1, 2_000))
    stage.frames()
    stage.tell({ kind: 'abandoned', key })
    expect(stage.fault(key)).toMatchObject({ code: 'ABORTED', stage: 'sent', mayHaveExecuted: false })
    stage.pass(5_000)
    expect(stage.frames()).toEqual([{ kind: 'ack', push: 0, floor: 1, settled: [] }])
  })

  test('refusals do not prolong the silence of a stream', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    for (let refusal = 0; refusal < 10; refusal += 1) {
      stage.receive(rateLimited(1))
      stage.pass(200)
    }
    expect(stage.outcome(key)).toBe('RATE_LIMITED')
  })
})

describe('streams', () => {
  test('chunks are handed on in order, and the reply after them', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    stage.receive(says.chunk(1, 0), says.chunk(1, 0), says.chunk(1, 1), says.reply(1, 2))
    expect(stage.take('chunk').map(({ content }) => content)).toEqual(['chunk 0', 'chunk 1'])
    expect(stage.take('stage').map(({ stage }) => stage)).toEqual(['sent', 'started', 'replied'])
    expect(stage.outcome(key)).toBe('ok')
  })

  test('a jump drops the link, and the next one is asked for the exact chunk', () => {
    const stage = new Stage().online()
    stage.ask({ mode: 'stream' })
    stage.receive(says.chunk(1, 0), says.chunk(1, 2))
    expect(stage.take('abandon')).toHaveLength(1)
    expect(stage.waitsFor).toBe('Chunk 2 came where 1 was due.')
    stage.frames()
    stage.pass(200)
    stage.welcome()
    expect(stage.framesOf('request')).toMatchObject([{ n: 1, mode: 'stream', from: 1 }])
    stage.receive(says.chunk(1, 1), says.chunk(1, 2), says.reply(1, 3))
    expect(stage.take('chunk').map(({ content }) => content)).toEqual(['chunk 0', 'chunk 1', 'chunk 2'])
  })

  test('a reply that counts more chunks than came drops the link and settles nothing', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    stage.receive(says.chunk(1, 0), says.reply(1, 2))
    expect(stage.take('abandon')).toHaveLength(1)
    expect(stage.waitsFor).toBe('The reply came after 1 of 2 chunks.')
    expect(stage.outcome(key)).toBeUndefined()
  })

  test('chunks, and how many a reply counts, are of no interest to who wants none', () => {
    const stage = new Stage().online()
    const key = stage.ask()
    stage.receive(says.chunk(1, 0), says.reply(1, 2))
    expect([stage.outcome(key), stage.take('chunk')]).toEqual(['ok', []])
  })

  test('its timeout is the longest silence', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    for (const chunk of [0, 1, 2]) {
      stage.pass(900)
      stage.receive(says.chunk(1, chunk))
    }
    stage.pass(999)
    expect(stage.outcome(key)).toBeUndefined()
    stage.pass(1)
    expect(stage.fault(key)).toMatchObject({ code: 'TIMEOUT', stage: 'started' })
    expect(stage.fault(key).message).toMatch(/^Nothing new within 1000 ms\./)
  })

  test('that its handler runs breaks its silence once; that it still works is noted, and moves no deadline', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    stage.pass(900)
    stage.receive(says.started(1))
    expect(stage.take('stillWorking')).toEqual([])
    stage.pass(900)
    stage.receive(says.started(1))
    expect(stage.take('stillWorking')).toEqual([{ kind: 'stillWorking', key }])
    stage.pass(99)
    expect(stage.outcome(key)).toBeUndefined()
    stage.pass(1)
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('chunks that nobody reads are let go when they are in the way of whoever waits for the reply alone', () => {
    const stage = new Stage().online()
    const [waited, read] = [stage.ask({ mode: 'stream' }), stage.ask({ mode: 'stream' })]
    for (const key of [waited, read]) stage.tell({ kind: 'replyWanted', key })
    stage.tell({ kind: 'readerBegan', key: read })
    for (let chunk = 0; chunk < 255; chunk += 1) stage.receive(says.chunk(1, chunk), says.chunk(2, chunk))
    expect(stage.take('dropChunks')).toEqual([])
    stage.frames()
    stage.receive(says.chunk(1, 255), says.chunk(2, 255))
    expect(stage.take('dropChunks')).toMatchObject([
      { key: waited, error: { code: 'ABORTED', stage: 'started', mayHaveExecuted: true } },
    ])
    expect(stage.framesOf('ack').at(-1)?.chunks).toEqual([[1, 256]])
    stage.take('chunk')
    stage.receive(says.chunk(1, 256), says.reply(1, 257))
    expect([stage.outcome(waited), stage.take('chunk')]).toEqual(['ok', []])
  })

  test('they are let go, too, when somebody begins to wait for the reply late', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    for (let chunk = 0; chunk < 256; chunk += 1) stage.receive(says.chunk(1, chunk))
    expect(stage.take('dropChunks')).toEqual([])
    stage.tell({ kind: 'replyWanted', key })
    expect(stage.take('dropChunks')).toHaveLength(1)
  })

  test('that somebody begins to read does not break its silence', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    stage.pass(900)
    stage.tell({ kind: 'readerBegan', key })
    stage.pass(100)
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('whoever reads on after the end does no harm', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    stage.receive(says.chunk(1, 0), says.reply(1, 1))
    stage.pass(200)
    stage.frames()
    stage.tell({ kind: 'took', key, next: 1 })
    stage.tell({ kind: 'left', key })
    stage.pass(1_000)
    expect(stage.frames()).toEqual([])
  })

  test('a new link does not break its silence', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    stage.pass(900)
    stage.lose()
    stage.pass(99)
    stage.tell({ kind: 'noticed', sign: 'online' })
    stage.welcome()
    stage.pass(1)
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('while a reader who has begun has more to read, silence does not count', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    stage.receive(says.chunk(1, 0))
    stage.tell({ kind: 'took', key, next: 1 })
    for (let chunk = 1; chunk <= 256; chunk += 1) stage.receive(says.chunk(1, chunk))
    for (let minute = 0; minute < 10; minute += 1) {
      stage.pass(3_000)
      stage.receive({ kind: 'pong' })
    }
    expect(stage.outcome(key)).toBeUndefined()
    stage.tell({ kind: 'took', key, next: 257 })
    stage.pass(999)
    expect(stage.outcome(key)).toBeUndefined()
    stage.pass(1)
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('a reader who begins late, with much to read, is not timed out while it reads', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    for (let chunk = 0; chunk < 5; chunk += 1) stage.receive(says.chunk(1, chunk))
    stage.pass(900)
    stage.tell({ kind: 'took', key, next: 1 })
    stage.pass(2_000)
    expect(stage.outcome(key)).toBeUndefined()
  })

  test('a reader may keep the server waiting for 24 h, and then no longer', () => {
    const stage = new Stage().online({ heartbeatMs: 1e9 })
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    stage.receive(says.chunk(1, 0))
    stage.tell({ kind: 'took', key, next: 1 })
    for (let chunk = 1; chunk <= 256; chunk += 1) stage.receive(says.chunk(1, chunk))
    stage.tell({ kind: 'closed', link: 1, code: 1006, reason: '' })
    stage.now += 24 * 60 * 60 * 1_000 - 1
    stage.tell({ kind: 'woke' })
    expect(stage.outcome(key)).toBeUndefined()
    stage.now += 1
    stage.tell({ kind: 'woke' })
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('a stream that nobody begins to read is silent like any other', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream', timeoutMs: 1_000 })
    for (let chunk = 0; chunk < 256; chunk += 1) stage.receive(says.chunk(1, chunk))
    stage.pass(1_000)
    expect(stage.outcome(key)).toBe('TIMEOUT')
  })

  test('what the reader took is confirmed soon, and at once when it is a quarter of the window', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    for (let chunk = 0; chunk < 100; chunk += 1) stage.receive(says.chunk(1, chunk))
    stage.frames()
    stage.tell({ kind: 'took', key, next: 1 })
    stage.tell({ kind: 'took', key, next: 2 })
    expect(stage.frames()).toEqual([])
    stage.pass(200)
    expect(stage.framesOf('ack')).toMatchObject([{ chunks: [[1, 2]] }])
    stage.tell({ kind: 'took', key, next: 65 })
    expect(stage.frames()).toEqual([])
    stage.tell({ kind: 'took', key, next: 66 })
    expect(stage.framesOf('ack')).toMatchObject([{ chunks: [[1, 66]] }])
  })

  test('many small steps of one reader are one fact', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    for (let chunk = 0; chunk < 60; chunk += 1) stage.receive(says.chunk(1, chunk))
    stage.frames()
    for (let next = 1; next <= 60; next += 1) stage.tell({ kind: 'took', key, next })
    expect(stage.frames()).toEqual([])
    stage.pass(200)
    expect(stage.framesOf('ack')).toMatchObject([{ chunks: [[1, 60]] }])
  })

  test('a new link is told again what the reader took', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    for (let chunk = 0; chunk < 100; chunk += 1) stage.receive(says.chunk(1, chunk))
    stage.tell({ kind: 'took', key, next: 100 })
    stage.relink()
    const frames = stage.frames().map(({ kind }) => kind)
    expect(frames).toEqual(['hello', 'request', 'ack', 'hello', 'request', 'ack'])
  })

  test('after its reader left chunks are taken as they come, and the reply still settles', () => {
    const stage = new Stage().online()
    const key = stage.ask({ mode: 'stream' })
    stage.receive(says.chunk(1, 0))
    stage.tell({ kind: 'left', key })
    stage.take('chunk')
    for (let chunk = 1; chunk < 600; chunk += 1) stage.receive(says.chunk(1, chunk))
    expect(stage.take('chunk')).toEqual([])
    expect(stage.framesOf('ack').at(-1)?.chunks).toEqual([[1, 576]])
    stage.receive(says.reply(1, 600))
    expect(stage.outcome(key)).toBe('ok')
  })

  test('a server that ignores the window loses its link', () => {
    const stage = new Stage().online()
    stage.ask({ mode: 'stream' })
    for (let chunk = 0; chunk <= 512; chunk += 1) stage.receive(says.chunk(1, chunk))
    expect(stage.take('chunk')).toHaveLength(512)
    expect(stage.take('abandon')).toHaveLength(1)
    expect(stage.waitsFor).toBe('Too many chunks came.')
  })
})

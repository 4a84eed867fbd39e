import { type Json, limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { long, Stage, type StageOptions, says } from './stage.js'

/** Online, with a handler for `confirm`. */
const handling = (options: StageOptions = {}) => {
  const stage = new Stage(options).online()
  stage.tell({ kind: 'handles', type: 'confirm' })
  stage.frames()
  return stage
}

const yes = '{"id":"yes"}' as Json

const answer = (stage: Stage, push: number, message = yes) => stage.tell({ kind: 'answered', push, message })

const answers = (stage: Stage) =>
  stage.frames().flatMap((frame) => {
    if (frame.kind === 'answer') return [`${frame.push}`]
    return frame.kind === 'answerError' ? [`${frame.push} ${frame.error.code}`] : []
  })

describe('being asked', () => {
  test('the handler is called once, in the place of its push, and its answer is sent', () => {
    const stage = handling()
    stage.receive(says.ask(1), says.ask(1))
    expect(stage.take('handle')).toEqual([
      { kind: 'handle', push: 1, message: says.ask(1).message, sessionId: 'session', leftMs: 60_000 },
    ])
    answer(stage, 1)
    expect(stage.frames()).toEqual([{ kind: 'answer', push: 1, message: yes }])
    stage.pass(2_000)
    expect(stage.framesOf('ack')).toMatchObject([{ push: 1 }])
  })

  test('it is no push for listeners, and waits for none', () => {
    const stage = handling()
    stage.tell({ kind: 'listened', type: '*' })
    stage.receive(says.ask(1), says.push(2))
    expect(stage.take('deliver')).toHaveLength(1)
  })

  test('without a handler it is answered at once', () => {
    const stage = handling()
    stage.receive(says.ask(1, 5_000, 'nonsense'))
    expect(stage.frames()).toMatchObject([
      { kind: 'answerError', push: 1, error: { code: 'NO_HANDLER', mayHaveExecuted: false } },
    ])
    stage.tell({ kind: 'handlesNoMore', type: 'confirm' })
    stage.receive(says.ask(2))
    expect(answers(stage)).toEqual(['2 NO_HANDLER'])
    expect(stage.take('handle')).toEqual([])
  })

  test('a jump drops the link, and the handler is not called', () => {
    const stage = handling()
    stage.receive(says.ask(2))
    expect(stage.take('abandon')).toEqual([{ kind: 'abandon', link: 1, code: 4400 }])
    expect(stage.take('handle')).toEqual([])
  })

  test('whose time is over is not asked any more', () => {
    const stage = handling()
    stage.receive(says.ask(1, 0))
    expect([stage.take('handle'), stage.frames()]).toEqual([[], []])
  })

  test('an answer that is too large is an error, and so is an error', () => {
    const stage = handling()
    stage.receive(says.ask(1), says.ask(2))
    answer(stage, 1, long(64 * 1024 + 1))
    const failure = 'x'.repeat(64 * 1024)
    stage.tell({
      kind: 'answerFailed',
      push: 2,
      error: { code: 'FAILURE', message: 'No.', mayHaveExecuted: true, failure },
    })
    expect(stage.frames()).toMatchObject(
      [1, 2].map((push) => ({ kind: 'answerError', push, error: { code: 'TOO_LARGE', mayHaveExecuted: true } })),
    )
  })

  test('how large an answer may be, the welcome says', () => {
    const stage = handling()
    stage.relink({ resumed: true, limits: { messageBytes: 100, window: 256, ranges: 64 } })
    stage.receive(says.ask(1), says.ask(2))
    stage.frames()
    answer(stage, 1, long(100))
    answer(stage, 2, long(101))
    expect(answers(stage)).toEqual(['1', '2 TOO_LARGE'])
  })

  test('what a server may not ask beside 64 others is refused, and leaves nothing behind', () => {
    const stage = handling()
    for (let push = 1; push <= limits.asks; push += 1) stage.receive(says.ask(push))
    answer(stage, 1)
    stage.frames()
    stage.receive(says.ask(65))
    expect(answers(stage)).toEqual(['65 OVERLOADED'])
    expect(stage.take('handle')).toHaveLength(limits.asks)
    stage.receive(says.answered(1), says.ask(66))
    expect(stage.take('handle')).toHaveLength(1)
    stage.relink({ resumed: true })
    expect(answers(stage)).toEqual([])
  })
})

describe('keeping answers', () => {
  test('an answer that the next server does not take is an error there', () => {
    const stage = handling()
    stage.receive(says.ask(1), says.ask(2))
    answer(stage, 1, long(101))
    answer(stage, 2, long(100))
    stage.relink({ resumed: true, limits: { messageBytes: 100, window: 256, ranges: 64 } })
    stage.frames()
    stage.relink({ resumed: true })
    expect(answers(stage)).toEqual(['1 TOO_LARGE', '2'])
  })

  test('an answer is sent again on each link until the server has it', () => {
    const stage = handling()
    stage.receive(says.ask(1), says.ask(2, 60_000, 'nonsense'))
    answer(stage, 1)
    stage.frames()
    stage.relink({ resumed: true })
    expect(answers(stage)).toEqual(['2 NO_HANDLER', '1'])
    stage.receive(says.answered(2))
    stage.relink({ resumed: true })
    expect(answers(stage)).toEqual(['1'])
    stage.receive(says.answered(1))
    stage.relink({ resumed: true })
    expect(answers(stage)).toEqual([])
  })

  test('what is answered while there is no link is sent by the next one, after what is unsettled and before the queue', () => {
    const stage = handling()
    stage.ask()
    stage.receive(says.ask(1))
    stage.lose()
    answer(stage, 1)
    stage.ask()
    stage.frames()
    stage.pass(200)
    stage.welcome({ resumed: true })
    expect(stage.frames()).toMatchObject([
      { kind: 'hello', lastPush: 1 },
      { kind: 'request', n: 1 },
      { kind: 'answer', push: 1 },
      { kind: 'request', n: 2 },
    ])
    stage.pass(1_800)
    expect(stage.frames()).toMatchObject([{ kind: 'ack', push: 1 }])
  })

  test('an answer that is not confirmed is reason enough to look after 5 s, also for a hidden page', () => {
    const stage = handling()
    stage.receive(says.ask(1))
    answer(stage, 1)
    stage.frames()
    stage.pass(5_000)
    expect(stage.framesOf('ping')).toHaveLength(1)
    stage.tell({ kind: 'noticed', sign: 'hidden' })
    stage.lose()
    stage.pass(200)
    expect(stage.link).toBe(2)
  })

  test('a confirmation of what was never asked is nothing', () => {
    const stage = handling()
    stage.receive(says.answered(9))
    expect(stage.take('abandon')).toEqual([])
  })
})

describe('being asked no more', () => {
  test('a withdrawal has a number of its own, fires the signal, and what the handler returns is dropped', () => {
    const stage = handling()
    stage.receive(says.ask(1), says.withdrawn(2, 1))
    expect(stage.take('abortHandler')).toEqual([{ kind: 'abortHandler', push: 1 }])
    answer(stage, 1)
    stage.tell({
      kind: 'answerFailed',
      push: 1,
      error: { code: 'HANDLER_FAILED', message: 'No.', mayHaveExecuted: true },
    })
    expect(answers(stage)).toEqual([])
    stage.relink({ resumed: true })
    expect(stage.framesOf('hello')).toMatchObject([{ lastPush: 2 }])
  })

  test('an answer that is withdrawn is not kept; a withdrawal that replaces its ask finds nothing', () => {
    const stage = handling()
    stage.receive(says.ask(1))
    answer(stage, 1)
    stage.receive(says.withdrawn(2, 1), says.withdrawn(3, 3))
    stage.frames()
    stage.relink({ resumed: true })
    expect([answers(stage), stage.take('abortHandler')]).toEqual([[], []])
  })

  test('when its time is over the signal fires, and nothing is kept', () => {
    const stage = handling()
    stage.receive(says.ask(1, 5_000), says.ask(2, 5_000))
    answer(stage, 2)
    stage.frames()
    stage.pass(4_999)
    expect(stage.take('abortHandler')).toEqual([])
    stage.pass(1)
    expect(stage.take('abortHandler')).toEqual([{ kind: 'abortHandler', push: 1 }])
    answer(stage, 1)
    stage.relink({ resumed: true })
    expect(answers(stage)).toEqual([])
  })

  test('what is late is late, even if its handler returns in the same turn', () => {
    const stage = handling()
    stage.receive(says.ask(1, 5_000))
    stage.frames()
    stage.now += 5_000
    answer(stage, 1)
    expect(stage.take('abortHandler')).toHaveLength(1)
    expect(answers(stage)).toEqual([])
  })

  test.for([
    ['another epoch', (stage: Stage) => stage.relink({ epoch: 'second' })],
    ['superseded', (stage: Stage) => stage.receive({ kind: 'refuse', code: 'superseded', message: 'No.' })],
    ['closed', (stage: Stage) => stage.tell({ kind: 'closeAsked' })],
  ] as const)('%s: signals fire, and nobody is answered', ([, end]) => {
    const stage = handling()
    stage.receive(says.ask(1), says.ask(2))
    answer(stage, 2)
    stage.frames()
    end(stage)
    expect(stage.take('abortHandler')).toEqual([{ kind: 'abortHandler', push: 1 }])
    expect(answers(stage)).toEqual([])
    stage.pass(60_000)
    expect(stage.take('abortHandler')).toEqual([])
  })

  test('a closed client wants nothing more', () => {
    const stage = handling()
    stage.receive(says.ask(1), says.ask(2, 5_000, 'nonsense'))
    stage.tell({ kind: 'closeAsked' })
    expect(stage.machine.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  })
})

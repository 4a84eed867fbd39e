import { expect, test } from 'vitest'
import { type Step, Traces } from './traces.js'

const tracing = (remembered = 10) => {
  let now = 1_000
  const steps: Step[] = []
  const traces = new Traces(
    () => now,
    remembered,
    (step) => steps.push(step),
  )
  const pass = (ms: number) => {
    now += ms
  }
  return { traces, steps, pass }
}

test('a message that has not settled says where it is, and since when', () => {
  const { traces, pass } = tracing()
  traces.begin('a', 'text')
  pass(3)
  traces.reach('a', 'sent')
  expect(traces.explain('a')).toEqual({
    id: 'a',
    type: 'text',
    stage: 'sent',
    outcome: 'pending',
    trace: [
      { stage: 'queued', atMs: 1_000 },
      { stage: 'sent', atMs: 1_003 },
    ],
    text: 'text a: sent, but not confirmed by the server (queued, sent +3 ms)',
  })
})

test('a settled message says how far it got, and with what it ended', () => {
  const { traces, pass } = tracing()
  traces.begin('a', 'text')
  traces.reach('a', 'sent')
  pass(500)
  traces.settle('a', 'TIMEOUT')
  expect(traces.explain('a')).toMatchObject({ stage: 'settled', outcome: 'TIMEOUT' })
  expect(traces.explain('a')?.text).toMatch(/^text a: settled with TIMEOUT; it got as far as: sent, /)
  expect(traces.explain('a')?.text).toMatch(/settled \+500 ms\)$/)
  expect(traces.stage('a')).toBe('settled')
})

test('pending messages are told oldest first, settled ones not', () => {
  const { traces } = tracing()
  for (const id of ['a', 'b', 'c']) traces.begin(id, 'text')
  traces.settle('b', 'ok')
  expect(traces.pending().map(({ id }) => id)).toEqual(['a', 'c'])
})

test('the oldest settled messages are forgotten, pending ones never', () => {
  const { traces } = tracing(2)
  traces.begin('pending', 'text')
  for (const id of ['a', 'b', 'c']) {
    traces.begin(id, 'text')
    traces.settle(id, 'ok')
  }
  expect(['pending', 'a', 'b', 'c'].map((id) => traces.explain(id)?.id)).toEqual(['pending', undefined, 'b', 'c'])
})

test('each step is told once, and after the end there is none', () => {
  const { traces, steps } = tracing()
  traces.begin('a', 'text')
  traces.settle('a', 'ok')
  traces.settle('a', 'TIMEOUT')
  traces.reach('a', 'replied')
  expect(steps.map(({ stage }) => stage)).toEqual(['queued', 'settled'])
  expect(traces.explain('a')?.outcome).toBe('ok')
})

test('an explanation does not change under its holder', () => {
  const { traces } = tracing()
  traces.begin('a', 'text')
  const before = traces.explain('a')
  traces.reach('a', 'sent')
  expect(before?.trace).toHaveLength(1)
})

import type { Stage } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { type Entry, newEntry, type Step, stageOf, Traces } from './traces.js'
import { Watch } from './watch.js'
import type { Line } from './whereabouts.js'

const tracing = (remembered = 10) => {
  let now = 1_000
  const steps: Step[] = []
  const line: Line = { status: { state: 'online' }, link: 1, since: 0 }
  const entries = new Map<string, Entry>()
  const watch = new Watch(() => now)
  watch.read()
  const all = new Traces(
    watch,
    () => line,
    () => [...entries.values()].filter(({ outcome }) => outcome === 'pending'),
    remembered,
    (step) => steps.push(step),
  )
  const entry = (id: string): Entry => {
    const found = entries.get(id)
    if (found === undefined) throw new Error(`${id} was never begun`)
    return found
  }
  /** By id, as people know them. */
  const traces = {
    begin: (id: string, type: string) => {
      const entry = newEntry(id, type)
      entries.set(id, entry)
      all.reach(entry, 'queued')
    },
    reach: (id: string, stage: Stage) => all.reach(entry(id), stage),
    note: (id: string, note: Parameters<Traces['note']>[1]) => all.note(entry(id), note),
    settle: (id: string, outcome: 'ok' | 'TIMEOUT') => all.settle(entry(id), outcome),
    stage: (id: string) => stageOf(entry(id)),
    whereabouts: (id: string) => all.whereabouts(entry(id)),
    explain: (id: string) => all.explain(id),
    pending: () => all.pending(),
  }
  const pass = (ms: number) => {
    now += ms
    watch.read()
  }
  return { traces, steps, pass }
}

test('a message that has not settled says where it is, and since when', () => {
  const { traces, pass } = tracing()
  traces.begin('a', 'text')
  pass(3)
  traces.note('a', { link: 1 })
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
    link: 1,
    heardAtMs: undefined,
    text: 'text a: sent, but not confirmed by the server: on link 1 (queued, sent +3 ms)',
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

test('where it was when it failed stays as it was then; of what went well nothing is to be explained', () => {
  const { traces, pass } = tracing()
  for (const [id, link] of [
    ['failed', 1],
    ['ok', 1],
  ] as const) {
    traces.begin(id, 'text')
    traces.note(id, { link: 2 })
    traces.note(id, { link, heardAtMs: 1_000 })
  }
  pass(4_000)
  traces.settle('failed', 'TIMEOUT')
  traces.settle('ok', 'ok')
  pass(60_000)
  expect(traces.whereabouts('failed')).toBe(
    'on link 2, which was lost; asked again on link 1; still working, last heard 4 s ago',
  )
  expect(traces.whereabouts('ok')).toBe('')
  expect(traces.explain('ok')?.text).toMatch(/never sent \(queued, settled/)
  traces.note('failed', { link: 9 })
  expect(traces.explain('failed')).toMatchObject({ link: 1, heardAtMs: 1_000 })
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

test('messages that begin alike in the same millisecond go ways of their own', () => {
  const { traces, pass } = tracing()
  for (const id of ['a', 'b', 'c']) {
    traces.begin(id, 'text')
    traces.reach(id, 'sent')
  }
  traces.reach('a', 'started')
  traces.settle('b', 'ok')
  pass(1)
  traces.reach('c', 'started')
  const before = [
    { stage: 'queued', atMs: 1_000 },
    { stage: 'sent', atMs: 1_000 },
  ]
  expect(traces.explain('a')?.trace).toEqual([...before, { stage: 'started', atMs: 1_000 }])
  expect(traces.explain('b')?.trace).toEqual([...before, { stage: 'settled', atMs: 1_000 }])
  expect(traces.explain('c')?.trace).toEqual([...before, { stage: 'started', atMs: 1_001 }])
})

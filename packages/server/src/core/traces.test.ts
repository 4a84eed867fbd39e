import { expect, test } from 'vitest'
import { Stages } from './stages.js'
import { Traces } from './traces.js'

const nobody = { state: 'gone' } as never

const remembering = (remembered: number) => {
  const clock = { now: () => 0, wall: () => 1_000, after: () => () => {} }
  const machine = { waiting: () => [], whereabouts: () => nobody }
  const processor = () => ({ runs: () => [], find: () => undefined })
  const traces = new Traces({ clock, machine, processor, connectionOf: () => undefined, remembered })
  traces.presence.performed({ kind: 'attached', link: 1, session: 's', user: 'ann', resumed: false })
  /** A request that ended, and whose handler was called so often. What is refused needs no room. */
  const end = (n: number, { calls = 1, refused = false } = {}) => {
    const stages = new Stages(n)
    for (let call = 1; call <= calls; call++) stages.started(n)
    stages.replied(n)
    const report = {
      type: 'text',
      run: n,
      messageId: `m${n}`,
      sessionId: 's',
      connectionId: 'c',
      userId: 'ann',
      mode: 'request',
      outcome: 'ok',
      durationMs: 0,
      chunks: 0,
      metadata: {},
    } as const
    traces.handled(report, { n, stages, refused })
  }
  return { traces, end }
}

const callsOf = (traces: Traces, n: number): number | undefined =>
  traces.find(`m${n}`)?.trace.filter(({ stage }) => stage === 'started').length

test('records are written over only when nobody remembers what they said', () => {
  const { traces, end } = remembering(2)
  for (let n = 1; n <= 9; n++) {
    end(n)
    const oldest = Math.max(1, n - 3)
    const expected = Array.from({ length: n - oldest + 1 }, (_, index) => `m${oldest + index}`)
    expect([...traces.kept()].map(({ id }) => id)).toEqual(expected)
  }
})

test('a record that was written over is remembered like any other', () => {
  const { traces, end } = remembering(2)
  end(1, { refused: true })
  for (const n of [2, 3, 4, 5]) end(n)
  expect([...traces.kept()].map(({ id }) => id)).toEqual(['m2', 'm3', 'm4', 'm5'])
})

test('a record that is written over says all of the new request, and nothing of the old one', () => {
  const { traces, end } = remembering(1)
  for (const [n, calls] of [2, 1, 1, 3, 1, 2, 1].entries()) {
    end(n + 1, { calls })
    expect(callsOf(traces, n + 1)).toBe(calls)
    expect(traces.find(`m${n + 1}`)?.trace[0]).toEqual({ stage: 'received', atMs: n + 1 })
  }
})

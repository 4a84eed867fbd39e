import { expect, test } from 'vitest'
import { Endings } from './endings.js'
import type { RequestTrace, SessionTrace } from './request-trace.js'

const session = (): SessionTrace => ({
  id: 's',
  user: 'ann',
  attached: true,
  sinceMs: 0,
  left: undefined,
  settled: { floor: 0, settled: [] },
  over: false,
})
const ended = (session: SessionTrace, n: number, refused = false): RequestTrace => ({
  session,
  n,
  id: `m${n}`,
  type: 'text',
  mode: 'request',
  connectionId: 'c',
  trace: [],
  run: undefined,
  outcome: 'ok',
  endedAtMs: 0,
  refused,
})

test('the newest are remembered, and those before them whose answer is not confirmed', () => {
  const endings = new Endings(3)
  const here = session()
  const away = session()
  endings.add(ended(away, 1))
  endings.add(ended(here, 2))
  endings.add(ended(here, 3, true))
  here.settled = { floor: 2, settled: [[4, 9]] }
  for (const n of [4, 5, 6]) endings.add(ended(here, n))
  expect([...endings.all()].map(({ n }) => n)).toEqual([1, 4, 5, 6])
})

test('of those that are not confirmed the newest are remembered, too', () => {
  const endings = new Endings(2)
  const away = session()
  for (let n = 1; n <= 7; n += 1) endings.add(ended(away, n))
  expect([...endings.all()].map(({ n }) => n)).toEqual([4, 5, 6, 7])
})

test('whoever has to go is given back, and nobody who is remembered', () => {
  const endings = new Endings(1)
  const [away, here] = [session(), session()]
  const nOf = (request: RequestTrace | undefined) => request?.n
  expect(nOf(endings.add(ended(away, 1)))).toBeUndefined()
  expect(nOf(endings.add(ended(here, 2)))).toBeUndefined()
  here.settled = { floor: 9, settled: [] }
  expect(nOf(endings.add(ended(away, 3)))).toBe(2)
  expect(nOf(endings.add(ended(away, 4)))).toBe(1)
  expect([...endings.all()].map(({ n }) => n)).toEqual([3, 4])
})

test('what is left of a session that is over needs no room', () => {
  const endings = new Endings(1)
  const gone = session()
  endings.add(ended(gone, 1))
  gone.over = true
  endings.add(ended(session(), 2))
  expect([...endings.all()].map(({ n }) => n)).toEqual([2])
})

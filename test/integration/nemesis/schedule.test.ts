import { expect, test } from 'vitest'
import { drawSchedule, type Fault, type Strike } from '../../nemesis/schedule.js'

const onTheServer: readonly Fault['kind'][] = ['kill', 'freeze', 'restart']

function counts(schedule: readonly Strike[]): Record<string, number> {
  const found: Record<string, number> = {}
  for (const { fault } of schedule) found[fault.kind] = (found[fault.kind] ?? 0) + 1
  return found
}

test('the same seed draws the same schedule, another one another', () => {
  expect(drawSchedule(1, 60_000, 20)).toEqual(drawSchedule(1, 60_000, 20))
  expect(drawSchedule(1, 60_000, 20)).not.toEqual(drawSchedule(2, 60_000, 20))
})

test('each minute has its faults, and the shortest run one of each kind', () => {
  const way = { cut: 21, 'half-open': 12, 'replies dropped': 10, delay: 5, stall: 7 }
  expect(counts(drawSchedule(1, 60_000, 20))).toEqual({ ...way, kill: 5, freeze: 2, restart: 2 })
  expect(counts(drawSchedule(1, 600_000, 20))).toMatchObject({ cut: 210, kill: 50 })
  expect(Object.values(counts(drawSchedule(1, 1_000, 20)))).toEqual(Array(8).fill(1))
})

test('strikes come in order and in time, on the server with room between them, and always at somebody', () => {
  const schedule = drawSchedule(3, 60_000, 20)
  const times = schedule.map(({ atMs }) => atMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.every((atMs) => atMs >= 0 && atMs <= 60_000)).toBe(true)
  const struck = schedule.filter(({ fault }) => onTheServer.includes(fault.kind)).map(({ atMs }) => atMs)
  for (const [i, atMs] of struck.slice(1).entries()) expect(atMs - (struck[i] ?? 0)).toBeGreaterThan(3_000)
  for (const { fault } of schedule) if ('clients' in fault) expect(fault.clients.length).toBeGreaterThan(0)
})

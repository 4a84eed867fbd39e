/** What the fields of a scenario are when there is nothing special about them, and how to get nearer to that. */

import { limits } from '@backchat/protocol'
import type { Scenario } from './scenario.js'

type Path = readonly (string | number)[]

export interface PlainerField {
  readonly path: Path
  /** The plainest first. */
  readonly values: readonly unknown[]
}

/** By name, wherever a field stands. Undefined: it is left out. */
const plain: Readonly<Record<string, unknown>> = {
  // clients
  latencyMs: [1, 1],
  tokenMs: undefined,
  tokenFails: 0,
  queue: limits.queue,
  lingerMs: 0,
  init: false,
  listenAfterMs: 0,
  handles: true,
  tokenLastsMs: undefined,
  closeAtMs: undefined,
  copy: undefined,
  startAtMs: 0,
  attemptsAhead: 0,
  // the server
  sticky: true,
  authenticateMs: 0,
  handlerMs: 60_000,
  sessionTtlMs: 120_000,
  heartbeatMs: 30_000,
  drainMs: 0,
  // nodes
  named: true,
  storeMs: 0,
  hintMs: 0,
  // asks
  mode: 'request',
  type: 'text',
  timeoutMs: 60_000,
  change: undefined,
  readerMs: 0,
  refusals: 0,
  gateMs: 0,
  workMs: 0,
  chunks: 0,
  chunkMs: 0,
  end: 'return',
  obeys: true,
  bytes: 100,
  // questions
  abandonAfterMs: undefined,
  // faults
  clientAfterMs: 0,
  serverAfterMs: 0,
  side: 'both',
  direction: 'both',
  forMs: 100,
  delayMs: 0,
  downMs: 0,
  how: 'killed',
  wakes: 'told',
  store: 'kept',
  carriesOut: true,
  byMs: 1_000,
}

/** Every field that is not plain, and what could stand there instead. */
export function* plainerFields(scenario: Scenario): Iterable<PlainerField> {
  yield* fieldsOf(scenario, [])
}

function* fieldsOf(value: unknown, path: Path): Iterable<PlainerField> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key]
    if (!Array.isArray(value) && Object.hasOwn(plain, key)) {
      const values = plainerThan(inner, plain[key])
      if (values.length > 0) yield { path: here, values }
    }
    yield* fieldsOf(inner, here)
  }
}

/** The plain value, and for a number one half way to it. */
function plainerThan(value: unknown, plainest: unknown): readonly unknown[] {
  if (JSON.stringify(value) === JSON.stringify(plainest)) return []
  if (typeof value !== 'number' || typeof plainest !== 'number') return [plainest]
  const half = Math.round((value + plainest) / 2)
  return half === value || half === plainest ? [plainest] : [plainest, half]
}

/** The same scenario but for that field. What stands on the way to it may have been replaced before: then nothing changes. */
export function replaced(scenario: Scenario, path: Path, value: unknown): Scenario {
  return withValue(scenario, path, value) as Scenario
}

function withValue(thing: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  if (typeof thing !== 'object' || thing === null) return thing
  if (Array.isArray(thing)) return thing.map((inner, at) => (at === key ? withValue(inner, rest, value) : inner))
  return { ...thing, [key]: withValue((thing as Readonly<Record<string | number, unknown>>)[key], rest, value) }
}

/** Ways to spoil the text of a frame, for property tests: it stays JSON, and something in it is not what it should be. */

import fc from 'fast-check'

/** Stands for `1e400`, which is a number in JSON text and cannot be one in a value. */
const tooGreat = '<1e400>'

/** What implementations send by mistake, and attackers on purpose. */
const oddities: readonly unknown[] = [
  0,
  -1,
  1,
  1.5,
  2 ** 53,
  tooGreat,
  '1',
  '',
  'x'.repeat(129),
  'x'.repeat(8193),
  null,
  true,
  false,
  [],
  {},
  [null],
  [[1, 1]],
  [
    [1, 2],
    [3, 4],
  ],
  [
    [1, 2],
    [4, 4],
  ],
  [[2, 1]],
  [[0, 1]],
  [[1, 2, 3]],
  [[1]],
  { from: 1, to: 1 },
  { from: 'user' },
  'text',
  'user',
  'ai',
  'admin',
  'constructor',
  'toString',
  'hello',
  'ping',
  'welcome',
  'error',
  'TIMEOUT',
  '2026-01-01T00:00:00Z',
  '2026-01-01',
  'Infinity',
]

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
}

/** Every field, at any depth. */
function placesBelow(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesBelow(holder[key])])
}

const change = fc.record({
  place: fc.nat(),
  how: fc.constantFrom('replace' as const, 'leave out' as const, 'add' as const),
  oddity: fc.constantFrom(...oddities),
})

const toText = (frame: object) => JSON.stringify(frame).replaceAll(`"${tooGreat}"`, '1e400')

/** The text of a frame after a few changes anywhere in it. */
export function spoilt(frame: fc.Arbitrary<object>): fc.Arbitrary<string> {
  return fc.tuple(frame, fc.array(change, { minLength: 1, maxLength: 3 })).map(([sound, changes]) => {
    const frame = structuredClone(sound)
    for (const { place, how, oddity } of changes) {
      const places = placesBelow(frame)
      const chosen = places[place % places.length]
      if (chosen === undefined) continue
      if (how === 'replace') chosen.holder[chosen.key] = structuredClone(oddity)
      else if (how === 'add') chosen.holder['added'] = structuredClone(oddity)
      else delete chosen.holder[chosen.key]
    }
    return toText(frame)
  })
}

/** The texts of a frame in which one field after the other is each oddity in turn, and then is left out. */
export function* everyChange(sound: object): Generator<string> {
  const frame = structuredClone(sound)
  for (const { holder, key } of placesBelow(frame)) {
    const before = holder[key]
    for (const oddity of oddities) {
      holder[key] = oddity
      yield toText(frame)
    }
    delete holder[key]
    yield toText(frame)
    holder[key] = before
  }
}

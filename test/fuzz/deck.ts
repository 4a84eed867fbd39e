/** Texts to draw from: sound frames with any values, frames that were spoilt, and what is no frame at all. */

import type { Random } from '@backchat/protocol'
import { pick } from '@backchat/testing'
import fc from 'fast-check'
import { clientFrame, serverFrame } from '../../packages/protocol/src/arbitrary/frames.js'
import { spoilt } from '../../packages/protocol/src/arbitrary/spoilt.js'

export interface Deck {
  /** A frame of any kind with any values: seldom what is due. */
  sound(chance: Random): string
  /** JSON in which something is not what it should be. */
  spoilt(chance: Random): string
}

/** How many of each are drawn before; from then on drawing costs nothing. */
const size = 1_000

export const clientDeck = (seed: number): Deck => deckOf(clientFrame, seed)
export const serverDeck = (seed: number): Deck => deckOf(serverFrame, seed)

function deckOf(frame: fc.Arbitrary<object>, seed: number): Deck {
  const sound = fc.sample(
    frame.map((value) => JSON.stringify(value)),
    { seed, numRuns: size },
  )
  const bad = fc.sample(spoilt(frame), { seed, numRuns: size })
  const from = (texts: readonly string[]) => (chance: Random) => texts[Math.floor(chance() * texts.length)] ?? ''
  return { sound: from(sound), spoilt: from(bad) }
}

/** What is no frame, or no JSON. */
export function garbage(chance: Random): string {
  return pick(chance, [
    '',
    ' ',
    'null',
    '1e400',
    '[]',
    '\n',
    '\n'.repeat(1_000),
    '{"kind":"ping"}\n',
    '{}',
    '{"kind":',
    '{"kind":{}}',
    '\u0000',
    '\ud800',
    '['.repeat(100),
    `{"kind":"ping","deep":${'['.repeat(70)}${']'.repeat(70)}}`,
    `{"kind":"ping","pad":"${'x'.repeat(80 * 1024)}"}`,
    `{"kind":"later","__proto__":{"n":1}}`,
    `{"kind":"hello"}`,
  ])
}

/** The text after something in it was cut out, doubled or put in. */
export function scratched(text: string, chance: Random): string {
  const at = Math.floor(chance() * (text.length + 1))
  const width = Math.floor(chance() * 6)
  const put = pick(chance, [
    '',
    '"',
    '}',
    '{',
    ',',
    '0',
    '-',
    'e9',
    '\\',
    '__proto__',
    text.slice(at, at + width).repeat(2),
  ])
  return text.slice(0, at) + put + text.slice(at + width)
}

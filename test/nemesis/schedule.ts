/** What strikes, and when: data, drawn from the seed before anything runs. */

import { between, type CutHow, type CutSide, type Direction, pick, random, type SeededRandom } from '@backchat/testing'

/** Faults of the way strike these clients, each of whom has a way of its own. */
interface OnTheWay {
  readonly clients: readonly number[]
}

export type Fault =
  /** Links end; whoever is not told goes on believing in a link that is silent. */
  | (OnTheWay & { readonly kind: 'cut'; readonly side: CutSide; readonly how: CutHow })
  /** Bytes vanish, sockets stay open. */
  | (OnTheWay & { readonly kind: 'half-open'; readonly direction: Direction | 'both'; readonly forMs: number })
  /** What the server sends vanishes, then the links are cut: handlers ran, and nobody was told. */
  | (OnTheWay & { readonly kind: 'replies dropped'; readonly forMs: number })
  /** Everything takes longer. */
  | (OnTheWay & { readonly kind: 'delay'; readonly delayMs: number; readonly forMs: number })
  /** Bytes wait. */
  | (OnTheWay & { readonly kind: 'stall'; readonly direction: Direction | 'both'; readonly forMs: number })
  /** SIGKILL; after a while another process listens at the same port. */
  | { readonly kind: 'kill'; readonly downMs: number }
  /** SIGSTOP, then SIGCONT. */
  | { readonly kind: 'freeze'; readonly forMs: number }
  /** SIGTERM, and another process when that one has ended. */
  | { readonly kind: 'restart'; readonly downMs: number }

export interface Strike {
  readonly atMs: number
  readonly fault: Fault
}

interface Kind {
  readonly perMinute: number
  readonly draw: (chance: SeededRandom, clients: number) => Fault
}

const directions: readonly [Direction | 'both', ...(Direction | 'both')[]] = ['up', 'down', 'both']
const sides: readonly [CutSide, ...CutSide[]] = ['both', 'both', 'client', 'server']

/** Those of the comparison with other libraries. */
const onTheWay: readonly Kind[] = [
  { perMinute: 21, draw: cut },
  { perMinute: 12, draw: halfOpen },
  { perMinute: 10, draw: repliesDropped },
  { perMinute: 5, draw: delay },
  { perMinute: 7, draw: stall },
]

/** Kills are of the comparison, too; the others nobody was asked to bear. */
const onTheServer: readonly Kind[] = [
  { perMinute: 5, draw: (chance) => ({ kind: 'kill', downMs: between(chance, 0, 1_000) }) },
  { perMinute: 2, draw: (chance) => ({ kind: 'freeze', forMs: between(chance, 200, 8_000) }) },
  { perMinute: 2, draw: (chance) => ({ kind: 'restart', downMs: between(chance, 0, 1_000) }) },
]

/** In each run at least one of each kind; in the order in which they come. */
export function drawSchedule(seed: number, forMs: number, clients: number): readonly Strike[] {
  const chance = random(seed)
  const faults = (kinds: readonly Kind[], name: string) =>
    kinds.flatMap(({ perMinute, draw }, kind) => {
      const count = Math.max(1, Math.round((perMinute * forMs) / 60_000))
      const own = chance.stream(`${name} ${kind}`)
      return Array.from({ length: count }, () => draw(own, clients))
    })
  const anytime = chance.stream('times')
  const strikes = [
    ...faults(onTheWay, 'way').map((fault) => ({ atMs: between(anytime, 0, forMs), fault })),
    ...inSlots(faults(onTheServer, 'server'), forMs, chance.stream('slots')),
  ]
  return strikes.sort((a, b) => a.atMs - b.atMs)
}

/** A server that is struck again before it has come up proves nothing new: each strike has a slot of time, and comes in its first half. */
function inSlots(faults: readonly Fault[], forMs: number, chance: SeededRandom): readonly Strike[] {
  const slotMs = forMs / faults.length
  const shuffled = faults.map((fault) => ({ fault, place: chance() })).sort((a, b) => a.place - b.place)
  return shuffled.map(({ fault }, slot) => ({ atMs: Math.round((slot + chance() / 2) * slotMs), fault }))
}

/** Everybody: a network that fails. Or some: a cell, a café, a single telephone. */
function victims(chance: SeededRandom, clients: number): readonly number[] {
  const all = Array.from({ length: clients }, (_, client) => client)
  const odds = pick(chance, [1, 0.5, 0.3, 0.1])
  const chosen = all.filter(() => chance() < odds)
  return chosen.length > 0 ? chosen : [between(chance, 0, clients - 1)]
}

function cut(chance: SeededRandom, clients: number): Fault {
  return {
    kind: 'cut',
    clients: victims(chance, clients),
    side: pick(chance, sides),
    how: pick(chance, ['fin', 'rst']),
  }
}

function halfOpen(chance: SeededRandom, clients: number): Fault {
  // Some last until the heartbeats notice, most are over before.
  const forMs = between(chance, 500, pick(chance, [3_000, 3_000, 3_000, 9_000]))
  return { kind: 'half-open', clients: victims(chance, clients), direction: pick(chance, directions), forMs }
}

function repliesDropped(chance: SeededRandom, clients: number): Fault {
  return { kind: 'replies dropped', clients: victims(chance, clients), forMs: between(chance, 50, 1_000) }
}

function delay(chance: SeededRandom, clients: number): Fault {
  const delayMs = between(chance, 20, 500)
  return { kind: 'delay', clients: victims(chance, clients), delayMs, forMs: between(chance, 1_000, 4_000) }
}

function stall(chance: SeededRandom, clients: number): Fault {
  const direction = pick(chance, directions)
  return { kind: 'stall', clients: victims(chance, clients), direction, forMs: between(chance, 200, 3_000) }
}

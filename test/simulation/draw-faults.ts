/** Draws what goes wrong, and when. How often is drawn too: one life knows nothing but cuts, another one everything at once. */

import { between, type Direction, pick, type SeededRandom } from '@backchat/testing'
import type { Fault, FrameKind, PlannedFault } from './scenario.js'

interface Kind {
  /** At most so often in a second, for each client. */
  readonly perSecond: number
  readonly draw: (chance: SeededRandom, client: number) => Fault
}

const kinds: readonly Kind[] = [
  { perSecond: 0.3, draw: cut },
  { perSecond: 0.3, draw: cutBefore },
  { perSecond: 0.12, draw: hole },
  { perSecond: 0.1, draw: stall },
  { perSecond: 0.3, draw: delay },
  { perSecond: 0.06, draw: noDials },
  { perSecond: 0.05, draw: sleep },
  { perSecond: 0.1, draw: sign },
  { perSecond: 0.03, draw: reauthenticate },
  { perSecond: 0.02, draw: lockout },
]

/** Those of the one server. */
const serverKinds: readonly Kind[] = [
  { perSecond: 0.08, draw: restart },
  { perSecond: 0.05, draw: store },
]

export function drawFaults(chance: SeededRandom, clients: number, untilMs: number): PlannedFault[] {
  const draw = (kind: Kind, client: number, rate: number) =>
    times(chance, rate, untilMs).map((atMs) => ({ atMs, fault: kind.draw(chance, client) }))
  const ofClients = kinds.flatMap((kind) => {
    const rate = kind.perSecond * pick(chance, [0, 0.3, 1])
    return Array.from({ length: clients }, (_, client) => draw(kind, client, rate)).flat()
  })
  const ofServer = serverKinds.flatMap((kind) => draw(kind, 0, kind.perSecond * pick(chance, [0, 0.5, 1])))
  return [...ofClients, ...ofServer].sort((a, b) => a.atMs - b.atMs)
}

/** When something happens that happens so often in a second. */
function times(chance: SeededRandom, perSecond: number, untilMs: number): number[] {
  const found: number[] = []
  if (perSecond === 0) return found
  const wait = () => Math.ceil((-Math.log(1 - chance()) / perSecond) * 1_000)
  for (let at = wait(); at < untilMs; at += wait()) found.push(at)
  return found
}

function cut(chance: SeededRandom, client: number): Fault {
  const learns = () => pick(chance, [0, 0, between(chance, 1, 500), 8_000, null])
  return { kind: 'cut', client, clientAfterMs: learns(), serverAfterMs: learns() }
}

const frames: readonly [FrameKind, ...FrameKind[]] = [
  'reply',
  'reply',
  'reply',
  'chunk',
  'chunk',
  'error',
  'started',
  'push',
  'welcome',
  'cancelled',
  'request',
  'ack',
  'cancel',
  'hello',
]

function cutBefore(chance: SeededRandom, client: number): Fault {
  return { kind: 'cutBefore', client, frame: pick(chance, frames), side: pick(chance, ['client', 'server', 'both']) }
}

const directions: readonly [Direction | 'both', ...(Direction | 'both')[]] = ['up', 'down', 'both']

function hole(chance: SeededRandom, client: number): Fault {
  return { kind: 'hole', client, direction: pick(chance, directions), forMs: between(chance, 100, 15_000) }
}

function stall(chance: SeededRandom, client: number): Fault {
  return { kind: 'stall', client, direction: pick(chance, directions), forMs: between(chance, 100, 8_000) }
}

function delay(chance: SeededRandom, client: number): Fault {
  return {
    kind: 'delay',
    client,
    direction: pick(chance, directions),
    delayMs: pick(chance, [0, 0, between(chance, 10, 3_000)]),
  }
}

function noDials(chance: SeededRandom, client: number): Fault {
  return { kind: pick(chance, ['refuse', 'silence']), client, forMs: between(chance, 100, 12_000) }
}

function sleep(chance: SeededRandom, client: number): Fault {
  return { kind: 'sleep', client, forMs: pick(chance, [100, 3_000, 20_000]) }
}

function sign(chance: SeededRandom, client: number): Fault {
  return { kind: 'sign', client, sign: pick(chance, ['online', 'offline', 'visible', 'hidden']) }
}

function reauthenticate(_: SeededRandom, client: number): Fault {
  return { kind: 'reauthenticate', client }
}

function lockout(chance: SeededRandom, client: number): Fault {
  return { kind: 'lockout', client, forMs: between(chance, 100, 5_000) }
}

function restart(chance: SeededRandom): Fault {
  const how = pick(chance, ['killed', 'killed', 'silent', 'closed'] as const)
  return { kind: 'restart', downMs: between(chance, 0, 6_000), how, store: pick(chance, ['lost', 'kept'] as const) }
}

function store(chance: SeededRandom): Fault {
  return { kind: 'store', forMs: between(chance, 1, 2_000), carriesOut: chance() < 0.5 }
}

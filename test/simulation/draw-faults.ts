/** Draws what goes wrong, and when. How often is drawn too: one life knows nothing but cuts, another one everything at once. */

import { between, type Direction, pick, type SeededRandom } from '@backchat/testing'
import type { Fault, FrameKind, PlannedFault } from './scenario.js'

interface Kind {
  /** At most so often in a second, for each client or each node. */
  readonly perSecond: number
  /** For a client, or a node. */
  readonly draw: (chance: SeededRandom, whom: number) => Fault
}

const kinds: readonly Kind[] = [
  { perSecond: 0.3, draw: cut },
  { perSecond: 0.3, draw: cutBefore },
  { perSecond: 0.12, draw: hole },
  { perSecond: 0.1, draw: stall },
  { perSecond: 0.3, draw: delay },
  { perSecond: 0.06, draw: noDials },
  { perSecond: 0.05, draw: sleep },
  { perSecond: 0.05, draw: clock },
  { perSecond: 0.1, draw: sign },
  { perSecond: 0.03, draw: reauthenticate },
  { perSecond: 0.02, draw: lockout },
]

const nodeKinds: readonly Kind[] = [
  { perSecond: 0.08, draw: restart },
  { perSecond: 0.05, draw: store },
]

/** Those that are of interest where there are others, with which a node shares its store. */
const neighbourKinds: readonly Kind[] = [
  { perSecond: 0.06, draw: restartAlone },
  { perSecond: 0.05, draw: store },
  { perSecond: 0.05, draw: pause },
  { perSecond: 0.04, draw: slow },
  { perSecond: 0.1, draw: deaf },
]

export function drawFaults(
  chance: SeededRandom,
  { clients, nodes }: { readonly clients: number; readonly nodes: number },
  untilMs: number,
): PlannedFault[] {
  const draw = (kind: Kind, client: number, rate: number) =>
    times(chance, rate, untilMs).map((atMs) => ({ atMs, fault: kind.draw(chance, client) }))
  const ofClients = kinds.flatMap((kind) => {
    const rate = kind.perSecond * pick(chance, [0, 0.3, 1])
    return Array.from({ length: clients }, (_, client) => draw(kind, client, rate)).flat()
  })
  // A node alone is stopped, too, now and then.
  const kindsOfNodes = nodes > 1 ? neighbourKinds : chance() < 0.8 ? nodeKinds : [...nodeKinds, lonelyPause]
  const ofNodes = kindsOfNodes.flatMap((kind) => {
    const rate = kind.perSecond * pick(chance, [0, 0.5, 1])
    return Array.from({ length: nodes }, (_, node) => draw(kind, node, rate)).flat()
  })
  const ofAll = nodes > 1 && chance() < 0.15 ? draw({ perSecond: 0.05, draw: amnesia }, 0, 0.05) : []
  return [...ofClients, ...ofNodes, ...ofAll].sort((a, b) => a.atMs - b.atMs)
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
  const wakes = pick(chance, ['told', 'untold', 'hidden'] as const)
  return { kind: 'sleep', client, forMs: pick(chance, [100, 3_000, 20_000]), wakes }
}

function clock(chance: SeededRandom, client: number): Fault {
  const byMs = pick(chance, [500, 3_600_000, -3_600_000, between(chance, -20_000, 20_000)])
  return { kind: 'clock', client, byMs }
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

function restart(chance: SeededRandom, node: number): Fault {
  const how = pick(chance, ['killed', 'killed', 'silent', 'closed'] as const)
  const store = pick(chance, ['lost', 'kept'] as const)
  return { kind: 'restart', node, downMs: between(chance, 0, 6_000), how, store }
}

function restartAlone(chance: SeededRandom, node: number): Fault {
  return { ...restart(chance, node), store: 'kept' } as Fault
}

function store(chance: SeededRandom, node: number): Fault {
  // Longer than a lease, now and then.
  const forMs = pick(chance, [between(chance, 1, 2_000), between(chance, 1, 2_000), between(chance, 4_000, 9_000)])
  return { kind: 'store', node, forMs, carriesOut: chance() < 0.5 }
}

function pause(chance: SeededRandom, node: number): Fault {
  return {
    kind: 'pause',
    node,
    forMs: pick(chance, [100, between(chance, 100, 4_000), between(chance, 4_000, 12_000)]),
  }
}

const lonelyPause: Kind = { perSecond: 0.03, draw: pause }

function slow(chance: SeededRandom, node: number): Fault {
  return { kind: 'slow', node, forMs: between(chance, 100, 8_000), delayMs: between(chance, 1, 1_500) }
}

function deaf(chance: SeededRandom, node: number): Fault {
  return { kind: 'deaf', node, forMs: between(chance, 100, 5_000) }
}

const amnesia = (): Fault => ({ kind: 'amnesia' })

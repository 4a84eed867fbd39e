/** What becomes of questions when there are three times as many as can be answered, and how soon all is well afterwards. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { PhaseResult, Quarter } from './load/employment.js'
import { Pair, type Scripts } from './pair.js'
import type { WorkKind } from './peers/peer.js'
import { memory, type PeerName } from './peers/peers.js'

export interface OverloadScale {
  readonly kinds: readonly WorkKind[]
  readonly clients: number
  readonly capacityMs: number
  /** At half of what can be done: how quick answers are then. */
  readonly beforeMs: number
  /** At three times what can be done. */
  readonly overloadMs: number
  /** At half of it again. */
  readonly afterMs: number
}

export const quickOverload: OverloadScale = {
  kinds: ['work'],
  clients: 200,
  capacityMs: 1_500,
  beforeMs: 2_000,
  overloadMs: 6_000,
  afterMs: 6_000,
}

export const fullOverload: OverloadScale = {
  kinds: ['work', 'wait and work'],
  clients: 200,
  capacityMs: 3_000,
  beforeMs: 3_000,
  overloadMs: 15_000,
  afterMs: 10_000,
}

/** What somebody waits for a line of a chat before they look whether something is wrong. */
const timeoutMs = 5_000
const times = 3

export interface Overload {
  readonly name: PeerName
  readonly kind: WorkKind
  /** Whether the server turns questions away. */
  readonly guarded: boolean
  /** Answers in a second, when nobody asks for more, and what one takes of the server's processor. */
  readonly capacity: number
  readonly cpuMsEach: number
  /** What the server used of it while there was too much to do. */
  readonly cpuMs: number
  readonly before: PhaseResult
  readonly overload: PhaseResult
  readonly after: PhaseResult
}

export async function measureOverload(
  scale: OverloadScale,
  scripts: Scripts,
  tell: (progress: string) => void,
): Promise<readonly Overload[]> {
  const found: Overload[] = []
  for (const kind of scale.kinds) {
    for (const guarded of [true, false]) {
      tell(`${memory}: ${times} times too much '${kind}', ${guarded ? 'turned away' : 'taken'}`)
      const pair = await Pair.start(memory, scripts, guarded ? {} : { mostLateMs: 0 })
      try {
        found.push(await overload(pair, kind, guarded, scale))
      } finally {
        await pair.stop()
      }
    }
  }
  return found
}

async function overload(pair: Pair, kind: WorkKind, guarded: boolean, scale: OverloadScale): Promise<Overload> {
  const { clients, capacityMs, beforeMs, overloadMs, afterMs } = scale
  // So few that nobody has to be turned away. The first time is for the compiler.
  const plan = { kind, inFlight: 32, forMs: capacityMs }
  await pair.clients.tell('capacity', plan)
  const alone = await pair.metered(() => pair.clients.tell('capacity', plan))
  const { answered, perSecond: capacity } = alone.result
  const phases = [
    { rate: capacity / 2, forMs: beforeMs },
    { rate: capacity * times, forMs: overloadMs },
    { rate: capacity / 2, forMs: afterMs },
  ]
  await pair.clients.tell('hire', clients)
  const found = pair.clients.tell('employ', { clients, kind, timeoutMs, phases })
  const cpuMs = await used(pair, beforeMs, overloadMs)
  const [before, during, after] = await found
  if (!before || !during || !after) throw new Error('There are three phases.')
  const cpuMsEach = alone.serverMs / answered
  return { name: pair.name, kind, guarded, capacity, cpuMsEach, cpuMs, before, overload: during, after }
}

/** What the server uses of the processor from then on for so long. It has no time to be asked. */
async function used({ server }: Pair, fromMs: number, forMs: number): Promise<number> {
  await sleep(fromMs)
  const before = server.cpuMs
  await sleep(forMs)
  return server.cpuMs - before
}

/** Which part of the processor time that the server had went into answers; without others at work it is answers in a second by what can be done. */
export const goodput = ({ overload, cpuMsEach, cpuMs }: Overload): number => (overload.answered * cpuMsEach) / cpuMs

/** How many seconds after the end of it answers were as quick as before, for a second at least; undefined: not while it was measured. */
export function recoveredAfterS({ before, after }: Overload): number | undefined {
  const worst = Math.max(...before.quarters.map(({ p90Ms }) => p90Ms))
  const isWell = ({ p90Ms, failed }: Quarter) => failed === 0 && p90Ms <= worst * 1.5
  const { quarters } = after
  const first = quarters.findIndex((_, i) => i + 4 <= quarters.length && quarters.slice(i, i + 4).every(isWell))
  return first < 0 ? undefined : first / 4
}

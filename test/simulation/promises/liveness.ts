/** Once all faults are over, everything that is still wanted succeeds within a computed time. */

import { type ErrorCode, limits } from '@backchat/protocol'
import type { Failure, Outcome } from '../machines.js'
import type { Ask, Scenario } from '../scenario.js'
import { canSucceed } from '../wanted.js'
import type { Promised } from './promise.js'

/**
 * From the end of the faults to a welcome: what had begun before the end may have to fail first, a token function that never
 * answers after 10 s, or a dial that nobody answers after as long [P-27]; then the longest back-off [P-26], and a dial with the
 * slowest token, network and store. No silence has to be noticed: a link that lost something is cut when all is well again.
 */
export const reconnectMs = 10_000 + 9_000 + 2_000

/**
 * Where there are other nodes: what one of them had started and gave up ends with its lease, and whoever waits elsewhere
 * looks each second [P-35].
 */
const leaseMs = 5_000
const lookMs = 1_000

/** The longest that any handler takes, with its refusals, on a good link. */
const slowestMs = 12_000

/** What becomes of a request when its server ends, or is stopped, while the handler runs, or its session is lost. */
const ofFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'OUTCOME_UNKNOWN',
  'REPLY_LOST',
  'HANDLER_FAILED',
  'HANDLER_TIMEOUT',
])

export function livenessOf(scenario: Scenario): Promised {
  const { nodes, asks } = scenario
  const storeMs = Math.max(...nodes.map((node) => node.storeMs))
  const elsewhereMs = nodes.length > 1 ? lookMs + leaseMs : 0
  return (broken, { identities, rollbacks }) => {
    const askedAt = new Map<Ask, number>()
    /** By when each must have succeeded. */
    const due = new Map<Ask, number>()
    /** Asked while there were faults: what those did may show only later. */
    const older = new Set<Ask>()
    let healed = false

    const watch = (ask: Ask, now: number) => {
      // What is asked beyond the window waits until those before it have ended.
      const ahead = Math.floor(asks.filter(({ client }) => client === ask.client).length / limits.window)
      const by = now + reconnectMs + elsewhereMs + needsMs(ask, storeMs) + ahead * slowestMs
      const hasTime = (askedAt.get(ask) ?? 0) + ask.timeoutMs >= by
      if (hasTime && canSucceed(ask, scenario)) due.set(ask, by)
    }

    const settled = (ask: Ask, { ok, error }: Outcome & { readonly error?: Failure }, now: number) => {
      // A store that went back may say that it runs, and nobody runs it any more: then its time ends it.
      if (rollbacks.touched(ask)) return
      const by = due.get(ask) ?? Number.POSITIVE_INFINITY
      if (now > by) broken(`${ask.id} took until ${now}, it was due at ${by}`)
      // Whether it is true that it went wrong before is another promise.
      // A run that a node took over and refused may have run on the node before.
      const tookOver = error?.code === 'RATE_LIMITED' && error.mayHaveExecuted
      const isOlder = older.has(ask) && error !== undefined && (ofFaults.has(error.code) || tookOver)
      // Its client had to become another one since.
      const isOfAnother = (identities.lostAt(ask.client) ?? -1) >= (askedAt.get(ask) ?? 0)
      const isDiscarded = error?.code === 'OUTCOME_UNKNOWN' && rollbacks.mayBeDiscarded(ask)
      if (due.has(ask) && !ok && !isOlder && !isOfAnother && !isDiscarded)
        broken(`${ask.id} failed with ${error?.code} though all was well`)
    }

    return {
      on: {
        asked({ ask }, now) {
          askedAt.set(ask, now)
          if (healed) watch(ask, now)
        },
        healed(_, now) {
          healed = true
          for (const ask of askedAt.keys()) {
            older.add(ask)
            watch(ask, now)
          }
        },
        settled({ ask, outcome }, now) {
          settled(ask, outcome, now)
          askedAt.delete(ask)
        },
      },
    }
  }
}

/** How long its answer takes on a good link. */
function needsMs({ handler, readerMs }: Ask, storeMs: number): number {
  const { gateMs, workMs, chunks, chunkMs, refusals } = handler
  // Each refusal costs the 300 ms that it asks for and a back-off: all of them together 200 ms at most, then three times that with each.
  const retriesMs = refusals * 300 + 200 * 3 ** (refusals - 1)
  return retriesMs + (refusals + 1) * gateMs + 2 * workMs + chunks * (chunkMs + readerMs + storeMs) + 2_000
}

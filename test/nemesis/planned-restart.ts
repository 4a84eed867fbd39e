/** A planned restart with many requests under way: SIGTERM, drain, and another process at the same port. */

import { setTimeout as sleep } from 'node:timers/promises'
import { judged, lateMs, type Outcome, type Plan } from './nemesis.js'

export interface RestartPlan extends Pick<Plan, 'store' | 'seed' | 'script'> {
  readonly requests: number
  readonly clients: number
  /** The longest that a handler takes. */
  readonly slowestMs: number
  /** How long the server is given to let handlers end. */
  readonly drainMs: number
}

/** Enough for all requests to be there, too short for most of them to be answered. */
const untilUnderWayMs = 300

/** Every request is to be answered: whatever is not is a violation. Pushes go on meanwhile, and none may be missing. */
export function plannedRestart({ requests, slowestMs, ...plan }: RestartPlan): Promise<Outcome> {
  const habits = { slowestMs }
  return judged(
    { ...plan, habits, forMs: 0 },
    async ({ people, server }) => {
      for (let i = 0; i < requests; i++) people[i % people.length]?.work('patient')
      await sleep(untilUnderWayMs)
      await server.restart(0)
    },
    { store: plan.store, lateMs, leastRight: 1 },
  )
}

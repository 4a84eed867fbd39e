/** What Backchat bears, in figures that need no peer: many sessions, a push to all of them, and herds that come back. */

import { Pair, type Scripts } from './pair.js'
import { lmdb, memory, type PeerName } from './peers/peers.js'

export interface LimitsScale {
  readonly held: number
  readonly pushed: number
  readonly herds: readonly Herd[]
}

export interface Herd {
  readonly clients: number
  readonly outageMs: number
  /** All are to have an answer so long after the server listens again. */
  readonly withinS: number
  /** Largest part of all dials that one second may hold. */
  readonly mostPerSecond?: number
}

export const quickLimits: LimitsScale = {
  held: 1_000,
  pushed: 1_000,
  herds: [{ clients: 200, outageMs: 500, withinS: 1.5 }],
}

export const fullLimits: LimitsScale = {
  held: 15_000,
  pushed: 10_000,
  herds: [
    { clients: 2_000, outageMs: 500, withinS: 1.5 },
    { clients: 10_000, outageMs: 5_000, withinS: 20, mostPerSecond: 0.2 },
  ],
}

export interface Finding {
  readonly title: string
  readonly name: PeerName
  readonly aim: string
  readonly found: string
  readonly reached: boolean
}

export async function measureLimits(
  scale: LimitsScale,
  scripts: Scripts,
  tell: (progress: string) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const name of [memory, lmdb] as const) {
    const alone = async (what: string, measure: (pair: Pair) => Promise<readonly Finding[]>) => {
      tell(`${name}: ${what}`)
      const pair = await Pair.start(name, scripts)
      try {
        findings.push(...(await measure(pair)))
      } finally {
        await pair.stop()
      }
    }
    await alone(`${scale.held} sessions`, (pair) => hold(pair, scale.held))
    await alone(`a push to ${scale.pushed}`, (pair) => pushToAll(pair, scale.pushed))
    for (const herd of scale.herds) await alone(`a herd of ${herd.clients}`, (pair) => comeBack(pair, herd))
  }
  return findings
}

/** All of them are asked for an answer, so that nobody is counted whose connection is long gone. */
async function hold(pair: Pair, sessions: number): Promise<readonly Finding[]> {
  const seconds = await pair.clients.tell('open', sessions)
  const { length } = await pair.clients.tell('askAgain')
  const mib = (await pair.server.tell('resident')) / 2 ** 20
  const title = `${sessions.toLocaleString('en-US')} sessions in one process`
  const found = `${length.toLocaleString('en-US')} answer; ${mib.toFixed(0)} MiB, opened in ${seconds.toFixed(1)} s`
  return [{ title, name: pair.name, aim: 'all answer', found, reached: length === sessions }]
}

async function pushToAll(pair: Pair, sessions: number): Promise<readonly Finding[]> {
  await pair.clients.tell('open', sessions)
  // The first is for the compiler.
  await pair.clients.tell('pushToAll')
  const seconds = await pair.clients.tell('pushToAll')
  const title = `One push to ${sessions.toLocaleString('en-US')} sessions`
  const found = `last one after ${seconds.toFixed(2)} s`
  return [{ title, name: pair.name, aim: '≤ 1 s', found, reached: seconds <= 1 }]
}

async function comeBack(pair: Pair, herd: Herd): Promise<readonly Finding[]> {
  const { clients, outageMs, withinS, mostPerSecond } = herd
  await pair.clients.tell('open', clients)
  let answers: Promise<readonly number[]> | undefined
  await pair.outage(outageMs, () => {
    answers = pair.clients.tell('askAgain')
  })
  const listeningAt = Date.now()
  const lastS = (Math.max(...((await answers) ?? [])) - listeningAt) / 1_000
  const { name } = pair
  const title = `${clients.toLocaleString('en-US')} come back after kill -9 and ${outageMs / 1_000} s`
  const answered: Omit<Finding, 'reached'> = {
    title,
    name,
    aim: `≤ ${withinS} s`,
    found: `all answered after ${lastS.toFixed(2)} s`,
  }
  const findings: Finding[] = [{ ...answered, reached: lastS <= withinS }]
  if (mostPerSecond === undefined) return findings
  const share = busiestSecond(await pair.server.tell('accepted'))
  const found = `${(share * 100).toFixed(0)} % in the busiest second`
  const aim = `≤ ${mostPerSecond * 100} % of the dials`
  return [...findings, { title, name, aim, found, reached: share <= mostPerSecond }]
}

/** The largest part of all dials that falls into any span of one second. */
export function busiestSecond(atMs: readonly number[]): number {
  let first = 0
  let most = 0
  for (const [last, at] of atMs.entries()) {
    while ((atMs[first] ?? at) <= at - 1_000) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most / atMs.length
}

/**
 * More work than can be done: questions at rates that change, whether or not there are answers, and what becomes of each. Times are
 * counted from when a question was due, and also from when a link took it for the last time, which leaves out how often it was turned away.
 */

import type { Employer, Fate, Peer, WorkKind } from '../peers/peer.js'
import { Samples } from './percentiles.js'

export interface EmploymentPlan {
  readonly clients: number
  readonly kind: WorkKind
  /** What who asks has patience for. */
  readonly timeoutMs: number
  readonly phases: readonly Phase[]
}

export interface Phase {
  /** Questions a second. */
  readonly rate: number
  readonly forMs: number
}

export interface PhaseResult {
  /** How many ended in `ok`, and in which errors. */
  readonly codes: { readonly [code: string]: number }
  /** How many were answered while it lasted, whenever they were asked. */
  readonly answered: number
  /** Of those that were answered. */
  readonly fromDue: Times
  readonly fromTaken: Times
  /** When an answer was no more than so late, and no question failed: of each quarter of a second, by when questions were due. */
  readonly quarters: readonly Quarter[]
}

export interface Times {
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Quarter {
  readonly p90Ms: number
  readonly failed: number
}

interface Asked extends Fate {
  readonly dueAt: number
  readonly answeredAt: number
}

/** As many clients that have a connection as are needed. */
export class Employers {
  readonly #employ: NonNullable<Peer['employ']>
  readonly #port: number
  readonly #all: Employer[] = []

  constructor({ employ }: Peer, port: number) {
    if (employ === undefined) throw new Error('This peer gives no work.')
    this.#employ = employ
    this.#port = port
  }

  async atLeast(count: number): Promise<readonly Employer[]> {
    while (this.#all.length < count) this.#all.push(await this.#employ(this.#port))
    return this.#all.slice(0, count)
  }
}

/** So many questions at a time, each after an answer: how much can be done in a second. */
export async function capacity(
  employers: Employers,
  { kind, inFlight, forMs }: { readonly kind: WorkKind; readonly inFlight: number; readonly forMs: number },
): Promise<{ readonly answered: number; readonly perSecond: number }> {
  const asking = await employers.atLeast(inFlight)
  const began = performance.now()
  let answered = 0
  const keepAsking = async (employer: Employer) => {
    while (performance.now() - began < forMs) {
      await employer.employ(kind, 30_000)
      answered += 1
    }
  }
  await Promise.all(asking.map(keepAsking))
  return { answered, perSecond: (answered * 1_000) / (performance.now() - began) }
}

/** Settles when every question has. */
export async function employ(employers: Employers, plan: EmploymentPlan): Promise<readonly PhaseResult[]> {
  const asked = await employers.atLeast(plan.clients)
  const phases: { readonly from: number; readonly until: number; readonly asked: Promise<Asked>[] }[] = []
  let from = performance.now()
  for (const { rate, forMs } of plan.phases) {
    const phase = { from, until: from + forMs, asked: [] }
    phases.push(phase)
    await offer(phase.asked, { ...plan, from, rate, count: Math.round((rate * forMs) / 1_000) }, asked)
    from = phase.until
  }
  const settled = await Promise.all(phases.map(async (phase) => ({ ...phase, asked: await Promise.all(phase.asked) })))
  const all = settled.flatMap(({ asked }) => asked)
  return settled.map((phase) => resultOf(phase, all))
}

interface Offer {
  readonly kind: WorkKind
  readonly timeoutMs: number
  readonly from: number
  readonly rate: number
  readonly count: number
}

async function offer(asked: Promise<Asked>[], { kind, timeoutMs, from, rate, count }: Offer, all: readonly Employer[]) {
  const ask = async (i: number): Promise<Asked> => {
    const dueAt = from + (i * 1_000) / rate
    const fate = await all[i % all.length]?.employ(kind, timeoutMs)
    if (fate === undefined) throw new Error('Nobody asks.')
    return { ...fate, dueAt, answeredAt: performance.now() }
  }
  while (asked.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - from) * rate) / 1_000) + 1)
    while (asked.length < due) asked.push(ask(asked.length))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function resultOf(
  { from, until, asked }: { readonly from: number; readonly until: number; readonly asked: readonly Asked[] },
  all: readonly Asked[],
): PhaseResult {
  const codes: { [code: string]: number } = {}
  for (const { code } of asked) codes[code] = (codes[code] ?? 0) + 1
  const ok = asked.filter(({ code }) => code === 'ok')
  return {
    codes,
    answered: all.filter(({ code, answeredAt }) => code === 'ok' && answeredAt >= from && answeredAt < until).length,
    fromDue: timesOf(ok.map(({ dueAt, answeredAt }) => answeredAt - dueAt)),
    fromTaken: timesOf(ok.map(({ takenAt, answeredAt }) => answeredAt - (takenAt ?? Number.NaN))),
    quarters: quartersOf(from, until, asked),
  }
}

function timesOf(ms: readonly number[]): Times {
  const samples = new Samples()
  for (const each of ms) samples.add(each)
  return { p50Ms: samples.percentile(50), p99Ms: samples.percentile(99) }
}

const quarterMs = 250

function quartersOf(from: number, until: number, asked: readonly Asked[]): readonly Quarter[] {
  return Array.from({ length: Math.floor((until - from) / quarterMs) }, (_, i) => {
    const begins = from + i * quarterMs
    const due = asked.filter(({ dueAt }) => dueAt >= begins && dueAt < begins + quarterMs)
    const samples = new Samples()
    for (const { dueAt, answeredAt } of due) samples.add(answeredAt - dueAt)
    return { p90Ms: samples.percentile(90), failed: due.filter(({ code }) => code !== 'ok').length }
  })
}

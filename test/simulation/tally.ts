/** Many lives added up. In which order, and by how many workers, makes no difference. */

import { Figures } from './figures.js'
import type { Life, Violation } from './simulate.js'

/** What is planned to go wrong did go wrong in so many lives. */
const telling = [
  'repliesLost',
  'streamsCut',
  'restartsAtWork',
  'answeredElsewhere',
  'leasesLost',
  'gaps',
  'resumed',
  'resets',
] as const

export type LivesWith = Record<(typeof telling)[number], number>

export interface Broken extends Violation {
  readonly seed: number
}

/** Of more broken lives than these only the number is kept. */
const mostBroken = 1_000

export class Tally {
  lives = 0
  facts = 0
  /** The sum of what each life was like. */
  readonly figures = new Figures()
  readonly livesWith: LivesWith = {
    repliesLost: 0,
    streamsCut: 0,
    restartsAtWork: 0,
    answeredElsewhere: 0,
    leasesLost: 0,
    gaps: 0,
    resumed: 0,
    resets: 0,
  }
  brokenLives = 0
  /** The first promise that each broke, by seed. */
  broken: readonly Broken[] = []
  /** The same for the same lives. */
  fingerprint = 0

  add({ scenario, hash, facts, figures, violations: [violation] }: Life): void {
    this.lives += 1
    this.facts += facts
    for (const name of namesOf(this.figures)) this.figures[name] += figures[name]
    for (const name of telling) this.livesWith[name] += figures[name] > 0 ? 1 : 0
    this.#mix(Math.imul(Number.parseInt(hash, 16) ^ scenario.seed, 0x9e3779b1))
    if (!violation) return
    this.brokenLives += 1
    this.#keep([{ seed: scenario.seed, ...violation }])
  }

  /** Takes in what another one counted. It may have lost its class on the way here. */
  merge(other: Sum): void {
    this.lives += other.lives
    this.facts += other.facts
    for (const name of namesOf(this.figures)) this.figures[name] += other.figures[name]
    for (const name of telling) this.livesWith[name] += other.livesWith[name]
    this.brokenLives += other.brokenLives
    this.#keep(other.broken)
    this.#mix(other.fingerprint)
  }

  /** Of what was asked with patience and can succeed. */
  get successRate(): number {
    return this.figures.wanted === 0 ? 1 : this.figures.succeeded / this.figures.wanted
  }

  /** As it travels between threads. */
  get sum(): Sum {
    const { lives, facts, figures, livesWith, brokenLives, broken, fingerprint } = this
    return { lives, facts, figures: { ...figures }, livesWith, brokenLives, broken, fingerprint }
  }

  #mix(bits: number): void {
    this.fingerprint = (this.fingerprint + bits) | 0
  }

  #keep(broken: readonly Broken[]): void {
    if (broken.length === 0) return
    this.broken = [...this.broken, ...broken].sort((a, b) => a.seed - b.seed).slice(0, mostBroken)
  }
}

export type Sum = Pick<Tally, 'lives' | 'facts' | 'figures' | 'livesWith' | 'brokenLives' | 'broken' | 'fingerprint'>

function namesOf(figures: Figures): (keyof Figures)[] {
  return Object.keys(figures) as (keyof Figures)[]
}

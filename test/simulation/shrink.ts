/** Makes a life that broke a promise smaller and plainer: leaves out, and makes ordinary, whatever it breaks that promise without. */

import { plainerFields, replaced } from './plainer.js'
import type { Fault, Scenario } from './scenario.js'
import { type Life, type SimulateOptions, simulate } from './simulate.js'

/** A promise that takes longer to break in a smaller life is not worth more. */
const defaultWithinMs = 20_000

/** What a run draws is drawn for each thing and moment by itself, so that leaving one out changes nothing for the others. */
export function shrink(options: SimulateOptions, life: Life, withinMs = defaultWithinMs): Life {
  return new Shrinker(options, life, withinMs).shrink()
}

class Shrinker {
  readonly #options: SimulateOptions
  readonly #until: number
  readonly #promise: string | undefined
  #smallest: Life

  constructor(options: SimulateOptions, life: Life, withinMs: number) {
    this.#options = options
    this.#smallest = life
    this.#until = performance.now() + withinMs
    this.#promise = life.violations[0]?.promise
  }

  shrink(): Life {
    do {
      while (this.#leaveOut());
    } while (this.#makePlain())
    return this.#smallest
  }

  get #scenario(): Scenario {
    return this.#smallest.scenario
  }

  /** Whether anything could be left out. */
  #leaveOut(): boolean {
    const before = sizeOf(this.#scenario)
    this.#leaveOutClients()
    this.#leaveOutNodes()
    for (const part of ['faults', 'asks', 'pushes', 'questions'] as const) this.#leaveOutOf(part)
    return sizeOf(this.#scenario) < before
  }

  #leaveOutClients(): void {
    for (let client = this.#scenario.clients.length - 1; client >= 0; client--) {
      if (this.#scenario.clients.length > 1) this.#try(withoutClient(this.#scenario, client))
    }
  }

  #leaveOutNodes(): void {
    for (let node = this.#scenario.nodes.length - 1; node >= 0; node--) {
      if (this.#scenario.nodes.length > 1) this.#try(withoutNode(this.#scenario, node))
    }
  }

  /** Leaves out all, then halves, then quarters, down to single ones. */
  #leaveOutOf(part: 'faults' | 'asks' | 'pushes' | 'questions'): void {
    for (let size = this.#scenario[part].length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < this.#scenario[part].length; ) {
        const rest = this.#scenario[part].filter((_, i) => i < at || i >= at + size)
        if (!this.#try({ ...this.#scenario, [part]: rest })) at += size
      }
    }
  }

  /** Whether anything could be made more ordinary. */
  #makePlain(): boolean {
    let done = this.#endEarly()
    for (const { path, values } of plainerFields(this.#scenario)) {
      done = values.some((value) => this.#try(replaced(this.#scenario, path, value))) || done
    }
    return done
  }

  #endEarly(): boolean {
    const { asks, pushes, questions, faults, healAtMs } = this.#scenario
    const last = Math.max(0, ...[...asks, ...pushes, ...questions, ...faults].map(({ atMs }) => atMs)) + 1
    return last < healAtMs && this.#try({ ...this.#scenario, healAtMs: last })
  }

  /** Takes that scenario if it breaks the same promise. */
  #try(scenario: Scenario): boolean {
    if (performance.now() > this.#until) return false
    const life = simulate({ ...this.#options, scenario })
    const isBroken = life.violations[0]?.promise === this.#promise
    if (isBroken) this.#smallest = life
    return isBroken
  }
}

function sizeOf({ clients, nodes, faults, asks, pushes, questions }: Scenario): number {
  return clients.length + nodes.length + faults.length + asks.length + pushes.length + questions.length
}

/** Those behind it move up. */
function withoutClient(scenario: Scenario, gone: number): Scenario {
  const moved = <Thing extends { readonly client: number | undefined }>(thing: Thing): Thing =>
    thing.client === undefined || thing.client < gone ? thing : { ...thing, client: thing.client - 1 }
  const movedFault = (fault: Fault): Fault => ('client' in fault ? moved(fault) : fault)
  return {
    ...scenario,
    clients: scenario.clients.filter((_, client) => client !== gone),
    asks: scenario.asks.filter(({ client }) => client !== gone).map(moved),
    pushes: scenario.pushes.filter(({ client }) => client !== gone).map(moved),
    questions: scenario.questions.filter(({ client }) => client !== gone).map(moved),
    faults: scenario.faults
      .filter(({ fault }) => !('client' in fault) || fault.client !== gone)
      .map(({ atMs, fault }) => ({ atMs, fault: movedFault(fault) })),
  }
}

/** The same for a node. */
function withoutNode(scenario: Scenario, gone: number): Scenario {
  return {
    ...scenario,
    nodes: scenario.nodes.filter((_, node) => node !== gone),
    faults: scenario.faults
      .filter(({ fault }) => !('node' in fault) || fault.node !== gone)
      .map(({ atMs, fault }) =>
        'node' in fault && fault.node > gone ? { atMs, fault: { ...fault, node: fault.node - 1 } } : { atMs, fault },
      ),
  }
}

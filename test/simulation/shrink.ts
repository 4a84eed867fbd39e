/** Makes a life that broke a promise smaller: leaves out whatever it breaks that promise without. */

import type { Scenario } from './scenario.js'
import { type Life, type SimulateOptions, simulate } from './simulate.js'

type Part = 'faults' | 'asks' | 'pushes'

/** What a run draws is drawn for each thing by itself, so that leaving one out changes nothing for the others. */
export function shrink(options: SimulateOptions, life: Life): Life {
  const promise = life.violations[0]?.promise
  let smallest = life
  for (let before = Number.POSITIVE_INFINITY; sizeOf(smallest.scenario) < before; ) {
    before = sizeOf(smallest.scenario)
    for (const part of ['faults', 'asks', 'pushes'] as const) {
      smallest = shrinkPart(smallest, part, (scenario) => {
        const smaller = simulate({ ...options, scenario })
        return smaller.violations[0]?.promise === promise ? smaller : undefined
      })
    }
  }
  return smallest
}

/** Leaves out halves, then quarters, down to single ones. */
function shrinkPart(life: Life, part: Part, stillBroken: (scenario: Scenario) => Life | undefined): Life {
  let smallest = life
  for (let size = Math.ceil(life.scenario[part].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.scenario[part].length; ) {
      const { scenario } = smallest
      const rest = scenario[part].filter((_, i) => i < at || i >= at + size)
      const smaller = stillBroken({ ...scenario, [part]: rest })
      if (smaller) smallest = smaller
      else at += size
    }
  }
  return smallest
}

function sizeOf({ faults, asks, pushes }: Scenario): number {
  return faults.length + asks.length + pushes.length
}

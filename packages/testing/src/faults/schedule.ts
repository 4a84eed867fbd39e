/** What goes wrong on the way between clients and a server, and when: data, drawn from a seed before anything happens, then played. */

import { between, pick, random, type SeededRandom } from '../virtual/random.js'
import type { Dials, Direction } from './faults.js'

/** One thing that goes wrong on the way. */
export type WayFault =
  /** The links that are there end; both sides are told. */
  | { readonly kind: 'cut' }
  /** Half-open: bytes vanish and nobody is told. */
  | { readonly kind: 'hole'; readonly direction: Direction | 'both'; readonly forMs: number }
  /** Bytes wait. */
  | { readonly kind: 'stall'; readonly direction: Direction | 'both'; readonly forMs: number }
  /** Everything takes longer, until the next fault of this kind. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** No new link comes about. */
  | { readonly kind: 'refuse'; readonly forMs: number }

export interface ScheduledFault {
  readonly atMs: number
  readonly fault: WayFault
}

/** In the order in which they come. It can be printed, kept, changed and played again. */
export type FaultSchedule = readonly ScheduledFault[]

export interface DrawFaultsOptions {
  /** The same seed draws the same schedule. */
  readonly seed: number | string
  /** Faults happen within so many milliseconds. */
  readonly forMs: number
  /** How often each kind happens. Default: cut 20, hole 10, stall 8, delay 5, refuse 4. */
  readonly perMinute?: { readonly [Kind in WayFault['kind']]?: number }
}

const usual: { readonly [Kind in WayFault['kind']]: number } = { cut: 20, hole: 10, stall: 8, delay: 5, refuse: 4 }

/**
 * Draws a schedule.
 *
 * @example
 * const schedule = drawFaults({ seed: 7, forMs: 10_000, perMinute: { cut: 60, hole: 20 } })
 */
export function drawFaults({ seed, forMs, perMinute = {} }: DrawFaultsOptions): FaultSchedule {
  const chance = random(seed)
  const rates = Object.entries({ ...usual, ...perMinute }) as [WayFault['kind'], number][]
  return rates
    .flatMap(([kind, rate]) => drawKind(kind, (rate * forMs) / 60_000, forMs, chance.stream(kind)))
    .sort(byTime)
}

const byTime = (a: ScheduledFault, b: ScheduledFault): number => a.atMs - b.atMs

function drawKind(kind: WayFault['kind'], count: number, forMs: number, chance: SeededRandom): ScheduledFault[] {
  return Array.from({ length: Math.round(count) }, () => ({
    atMs: between(chance, 0, forMs),
    fault: draw(kind, chance),
  }))
}

function draw(kind: WayFault['kind'], chance: SeededRandom): WayFault {
  const direction = pick(chance, ['up', 'down', 'both'] as const)
  switch (kind) {
    case 'cut':
      return { kind }
    case 'hole':
      return { kind, direction, forMs: between(chance, 200, 4_000) }
    case 'stall':
      return { kind, direction, forMs: between(chance, 200, 3_000) }
    case 'delay':
      return { kind, delayMs: pick(chance, [0, 0, between(chance, 10, 500)]) }
    case 'refuse':
      return { kind, forMs: between(chance, 100, 2_000) }
  }
}

/** What can be struck: a chaos proxy, or a network in memory. */
export interface Way {
  cut(): void
  blackHole(options: { readonly direction: Direction | 'both'; readonly forMs: number; readonly dials?: Dials }): void
  stall(options: { readonly direction: Direction | 'both'; readonly forMs: number }): void
  delay(delayMs: number): void
  refuse(forMs: number): void
  heal(): void
}

export interface Played {
  /** Resolves when all is over and the way has been healed. */
  readonly done: Promise<void>
  /** Ends it now; the way is healed. */
  stop(): void
}

export interface PlayOptions {
  /** Default: the platform's timers. A virtual clock will do. */
  readonly after?: (delayMs: number, callback: () => void) => () => void
  /** Told of each fault as it strikes. */
  readonly struck?: (fault: WayFault) => void
}

/**
 * Has a schedule happen. When its last fault is over, everything is well again.
 *
 * @example
 * const proxy = await chaosProxy({ target: { port: 8080 } })
 * const { done } = playFaults(drawFaults({ seed: 7, forMs: 10_000 }), proxy)
 * // … use clients that connect to proxy.port, and see that each request settles as it should …
 * await done
 */
export function playFaults(schedule: FaultSchedule, way: Way, options: PlayOptions = {}): Played {
  const { after = platformAfter, struck = () => {} } = options
  let finish = () => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const callOffs = schedule.map(({ atMs, fault }) =>
    after(atMs, () => {
      struck(fault)
      strike(fault, way)
    }),
  )
  const stop = () => {
    for (const callOff of callOffs) callOff()
    way.heal()
    finish()
  }
  callOffs.push(after(endOf(schedule), stop))
  return { done, stop }
}

/** When the last fault is over. */
const endOf = (schedule: FaultSchedule): number =>
  Math.max(0, ...schedule.map(({ atMs, fault }) => atMs + ('forMs' in fault ? fault.forMs : 0)))

const platformAfter = (delayMs: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}

function strike(fault: WayFault, way: Way): void {
  switch (fault.kind) {
    case 'cut':
      return way.cut()
    case 'hole':
      return way.blackHole({ direction: fault.direction, forMs: fault.forMs })
    case 'stall':
      return way.stall({ direction: fault.direction, forMs: fault.forMs })
    case 'delay':
      return way.delay(fault.delayMs)
    case 'refuse':
      return way.refuse(fault.forMs)
  }
}

/** Tools to test a Backchat application: virtual clock, in-memory network, fault schedules, chaos proxy. */

export {
  type ChaosCounters,
  type ChaosProxy,
  type ChaosProxyOptions,
  type ChaosTarget,
  chaosProxy,
} from './chaos/chaos-proxy.js'
export type { CutHow, CutSide, Dials, Direction } from './chaos/faults.js'
export type { FrameMatch, PlannedCut, PlannedCutOptions } from './chaos/planned-cut.js'

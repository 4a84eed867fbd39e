/** Tools to test a Backchat application: virtual clock, in-memory network, fault schedules, chaos proxy. */

export type { ByteCutOptions, PlannedByteCut } from './chaos/byte-cut.js'
export {
  type ChaosCounters,
  type ChaosProxy,
  type ChaosProxyOptions,
  type ChaosTarget,
  chaosProxy,
} from './chaos/chaos-proxy.js'
export type { CutHow, CutSide, Dials, Direction } from './faults/faults.js'
export type { FrameMatch, PlannedCut, PlannedCutOptions } from './faults/planned-cut.js'
export {
  type DrawFaultsOptions,
  drawFaults,
  type FaultSchedule,
  type Played,
  type PlayOptions,
  playFaults,
  type ScheduledFault,
  type Way,
  type WayFault,
} from './faults/schedule.js'
export type { LinkEnd, LinkEvents } from './network/memory-link.js'
export {
  type Accept,
  type Learning,
  type MemoryNetwork,
  type MemoryNetworkOptions,
  memoryNetwork,
  type NetworkCounters,
} from './network/memory-network.js'
export type {
  MemoryWebSocket,
  MemoryWebSocketConstructor,
  MemoryWebSocketEvents,
} from './network/memory-web-socket.js'
export { virtualIds } from './virtual/ids.js'
export { between, pick, random, type SeededRandom } from './virtual/random.js'
export { type VirtualClock, virtualClock } from './virtual/virtual-clock.js'

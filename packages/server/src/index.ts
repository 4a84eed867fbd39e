/** The Backchat server for Node: sessions, handlers and pushes over WebSocket. */

export { BackchatError, type CodedError, defineContract, type ErrorCode, type Message } from '@backchat/protocol'
export type * from './api.js'
export { WebSocketManager } from './core/web-socket-manager.js'
export { createLogger, type LoggerOptions } from './log.js'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.js'
export { type MetricsOptions, metrics } from './plugins/metrics.js'
export { type MonitoringOptions, monitoring } from './plugins/monitoring.js'
export { type RecoveryOptions, type RecoveryPolicy, recovery } from './plugins/recovery.js'
export type * from './store/operations.js'
export type { Store } from './store/store.js'

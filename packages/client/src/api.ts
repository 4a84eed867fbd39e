/** What an application holds: types only. */

export type * from './api/calls.js'
export type * from './api/client.js'
export type * from './api/listening.js'
export type * from './api/options.js'
export type * from './api/status.js'
export type * from './api/tracing.js'

/** What an application holds on the server: types only. */

export type * from './api/alerts.js'
export type * from './api/events.js'
export type * from './api/figures.js'
export type * from './api/handlers.js'
export type * from './api/health.js'
export type * from './api/logger.js'
export type * from './api/manager.js'
export type * from './api/middleware.js'
export type * from './api/options.js'
export type * from './api/people.js'
export type * from './api/plugins.js'
export type * from './api/sending.js'

/** Everything a manager is made of. */

import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Clock, Contract, Ids, Untyped } from '@backchat/protocol'
import type { Store } from '../store/store.js'
import type { InspectorOptions } from './inspector.js'
import type { Logger } from './logger.js'
import type { ConnectionFacts, FreeState, Guest, Identity } from './people.js'
import type { Plugin, PluginName } from './plugins.js'

/** Everything a manager is made of. `C` comes from `contract`, `User` from what `authenticate` returns, `State` from `state`. */
export type ManagerOptions<C = Untyped, User extends Identity = Guest, State extends object = FreeState> = Listening & {
  /** Every message type there is. Without it any type with a handler may be said, and nothing is checked. */
  readonly contract?: (C & Contract) | undefined
  /** Path of the endpoint. Default `/`: any path. Upgrades to other paths are left to others on the same server; where nobody but managers listens to upgrades, 404. */
  readonly path?: string | undefined
  readonly config?: ManagerConfig | undefined
  /** Watches or extends the manager. Names are of those that come with it; another name is refused with a `TypeError`. */
  readonly plugins?: readonly (PluginName | Plugin)[] | undefined
  /** Where sessions live. Default `memoryStore()`. It is given 5 s to close; then there is an `error` event, and the manager closes without it. */
  readonly store?: Store | undefined
  /**
   * Says who this is; `null` refuses. It is given 5 s. Without it everybody is a guest of their own.
   * Its return type is the type of `context.user`. Write it before `state`, which is given what it returns.
   */
  readonly authenticate?:
    | ((token: string | undefined, request: IncomingMessage) => User | null | Promise<User | null>)
    | undefined
  /**
   * Origins whose pages may connect (RFC 6454, as in `https://example.com`); `*` for all. Default: the same origin as
   * the server's `Host`. A request without an `Origin` header comes from no browser and is let in.
   */
  readonly origins?: readonly string[] | undefined
  /** Makes what `context.state` starts as, once for each connection and at once: what takes time is for `use('connection', …)`. When it throws, the connection is closed. */
  readonly state?: ((connection: ConnectionFacts<User>) => State) | undefined
  /** Default: pino, level `info`. Anything with pino's methods `debug`, `info`, `warn`, `error` and `child`; `console` has no `child`. */
  readonly logger?: Logger | undefined
  /**
   * Names this server among those that share its store, over all its restarts: a new one ends at once what an older one with
   * the same name had. Two servers that run at the same time must not share it. Default: an older one is given up when its lease of 5 s has run out.
   */
  readonly node?: string | undefined
  /** Serves the inspector on a port of our own, see `manager.inspector`; with a server of yours mount that. Default: it is not served. */
  readonly inspector?: InspectorOptions | undefined
  /** For tests. Default: the platform's. */
  readonly clock?: Clock | undefined
  readonly ids?: Pick<Ids, 'id' | 'message'> | undefined
}

/** A server of yours (`node:http` and everything built on it), or a port of our own. */
export type Listening =
  | { readonly server: HttpServer | HttpsServer; readonly port?: undefined; readonly host?: undefined }
  | { readonly server?: undefined; readonly port: number; readonly host?: string | undefined }

/** Numbers, each with its default; docs/operations.md has their bounds. Times are milliseconds. */
export interface ManagerConfig {
  /** A link that is silent for `interval` is pinged. Default 25 000. */
  readonly heartbeat?: { readonly interval?: number | undefined } | undefined
  /** Links held at a time. Default 10 000; then `refuse full` [P-11]. */
  readonly maxConnections?: number | undefined
  /** Longest silence of a handler: until its reply, or between two chunks. Default 60 000; then `HANDLER_TIMEOUT`. */
  readonly messageTimeout?: number | undefined
  /** How long a session lives without a link [P-31]. Default: the store's; memory 120 000, LMDB 24 h. */
  readonly sessionTtl?: number | undefined
  /** Sessions held at a time; the oldest without a link goes first. Default 100 000. With a `store` of yours, give it to that. */
  readonly maxSessions?: number | undefined
  /** Sessions of one user. Default 10; the oldest without a link goes first. With a `store` of yours, give it to that. */
  readonly maxSessionsPerUser?: number | undefined
  /** Largest message of a client, in bytes. Default 64 KiB; then `TOO_LARGE`. */
  readonly maxMessageBytes?: number | undefined
  /** How many messages a session may send, over all its connections; beyond it `RATE_LIMITED`, which says when to come again. Default: no limit. */
  readonly rateLimit?:
    | (RateConfig & {
        /** Of all sessions of a user together. Default: no limit. */ readonly perUser?: RateConfig | undefined
      })
    | undefined
  /**
   * How many handlers of a session run at a time (`perSession`), and how many messages wait for their turn (`waiting`; of both default and
   * most 256); beyond it `OVERLOADED`, and the client comes again. So it is while 256 handlers of a session go on though their answers are not wanted any more.
   */
  readonly concurrency?: { readonly perSession?: number | undefined; readonly waiting?: number | undefined } | undefined
  /**
   * How late the event loop may be, in milliseconds. When it is later again and again, the process is asked for more than it can do:
   * a part of the new requests is refused with `OVERLOADED`, and the clients come again [P-37]. Default 200; 0: none is refused for that.
   */
  readonly overload?: { readonly delay?: number | undefined } | undefined
  /** At which level each request that has ended is written to the log, one record of metadata. Default `debug`, which the standard logger leaves out. */
  readonly requestLog?: 'debug' | 'info' | 'off' | undefined
  /**
   * How many requests `manager.explain` remembers of those that are settled, and how many of those whose answer the client has
   * not confirmed. Default 4 096; the oldest are forgotten first. What is at work is always known.
   */
  readonly explained?: number | undefined
  /**
   * How many headers of frames the flight recorder keeps, see `manager.flightRecords`. Default 4 096, at most 1 000 000; 0: none.
   * Each takes about 250 bytes, at most 700. The oldest are overwritten.
   */
  readonly flightRecords?: number | undefined
}

/** So many messages at once, and no more than that in the time for which the rate allows as many. */
export interface RateConfig {
  readonly perSecond: number
  /** Messages of one window of `burst / perSecond` seconds, which is at most 24 h. Default: `perSecond`, at least 1. */
  readonly burst?: number | undefined
}

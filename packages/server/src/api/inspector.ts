/** The inspector: a page that shows what a manager is doing now. */

import type { IncomingMessage, ServerResponse } from 'node:http'

export interface InspectorOptions {
  /**
   * Says who may look: asked for the page and for each look at the figures, and given 5 s. Only `true` lets in; others get 403, and so
   * does everybody while it throws, which is an `error` event. The page shows the ids of users, sessions and requests, and addresses.
   */
  readonly allow: (request: IncomingMessage) => boolean | Promise<boolean>
  /** The header `WWW-Authenticate` of a refusal, which is 401 then: with `Basic realm="chat"` browsers ask for a name and a password. Default: none. */
  readonly challenge?: string | undefined
  /** The only path that is answered. Default: on a port of the manager's own `/inspector`; else whatever it is asked, for it is mounted somewhere. */
  readonly path?: string | undefined
  /** A request that waits for so many milliseconds is shown as stuck. Default 10 000. */
  readonly stuckAfter?: number | undefined
}

/** A listener for `node:http`, and for whatever calls its middleware with `next`. */
export type InspectorListener = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void

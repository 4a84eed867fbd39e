/** What is answered to plain HTTP. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** A listener for `node:http`, and for whatever calls its middleware with `next`. */
export type HealthListener = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void

/** What a page answers; status 200. */
export interface Page {
  /** As in `text/plain; charset=utf-8`. */
  readonly contentType: string
  readonly body: string
}

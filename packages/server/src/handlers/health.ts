/** What is answered to plain HTTP: whether the process lives, whether it takes clients, and the pages of plugins. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HealthListener, InspectorListener, Page } from '../api.js'

export interface HealthOptions {
  /** Why new clients should go elsewhere; undefined: they are welcome. Never rejects. */
  readonly obstacle: () => Promise<string | undefined>
  /** A page threw. */
  readonly failed: (path: string, cause: unknown) => void
}

/** What `Content-Type` says, beside the status. */
interface Answer extends Page {
  readonly status: number
}

export class Health {
  readonly #options: HealthOptions
  /** Paths come from the network: they are keys of a map. */
  readonly #pages = new Map<string, () => Answer | Promise<Answer>>()

  constructor(options: HealthOptions) {
    this.#options = options
    this.#pages.set('/livez', () => text(200, 'ok'))
    this.#pages.set('/readyz', async () => {
      const obstacle = await options.obstacle()
      return obstacle === undefined ? text(200, 'ok') : text(503, obstacle)
    })
  }

  /** Adds a page of a plugin; returns how to take it away. */
  serve(path: string, page: () => Page | Promise<Page>): () => void {
    if (typeof path !== 'string' || !path.startsWith('/'))
      throw new TypeError('The path of a page begins with a slash.')
    if (this.#pages.has(path)) throw new TypeError(`The page ${path} is served already.`)
    this.#pages.set(path, async () => ({ status: 200, ...(await page()) }))
    return () => void this.#pages.delete(path)
  }

  readonly listener: HealthListener = (request, response, next = () => answer(response, text(404, 'Not found.'))) => {
    const path = request.url?.split('?', 1)[0] ?? ''
    const page = request.method === 'GET' || request.method === 'HEAD' ? this.#pages.get(path) : undefined
    if (page === undefined) next()
    else void this.#answer(path, page, response)
  }

  async #answer(path: string, page: () => Answer | Promise<Answer>, response: ServerResponse): Promise<void> {
    try {
      answer(response, await page())
    } catch (cause) {
      this.#options.failed(path, cause)
      // What it threw is for the application alone.
      if (!response.headersSent) answer(response, text(500, 'This page failed.'))
    }
  }
}

/** A port of our own answers to whatever else is asked that it is no web server. */
export const onOwnPort =
  (health: HealthListener, inspector: InspectorListener = (_request, _response, next) => next?.()) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const nothing = () => answer(response, text(426, 'This is a WebSocket endpoint.'))
    health(request, response, () => inspector(request, response, nothing))
  }

const text = (status: number, sentence: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${sentence}\n`,
})

const answer = (response: ServerResponse, { status, contentType, body }: Answer): void => {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    // Nothing more is wanted of this connection, least of all the rest of a huge body.
    Connection: 'close',
  })
  response.end(body)
}

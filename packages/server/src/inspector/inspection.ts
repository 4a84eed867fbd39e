/** Serves the inspector: asks who may look, then answers with the page, the state, or records of the flight recorder. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@backchat/protocol'
import type { InspectorListener, InspectorOptions } from '../api.js'
import { Patience } from '../core/patience.js'
import { inspectorOptions, type Judged } from './options.js'
import { page, pagePolicy } from './page/page.js'
import { type StateSources, stateOf } from './state.js'

export interface InspectionOptions extends StateSources {
  readonly clock: Clock
  readonly failed: (message: string, cause: unknown) => void
}

/** `allow` is given this long. */
const allowMs = 5_000
/** So many records are shown at a time, the newest. */
const mostRecords = 200
/** Nobody looks for anything longer. */
const longestFind = 200

export class Inspection {
  readonly #options: InspectionOptions
  readonly #patience: Patience
  #closed = false

  constructor(options: InspectionOptions) {
    this.#options = options
    this.#patience = new Patience(options.clock, allowMs)
  }

  /** @throws TypeError that names the option that makes no sense. */
  listener(given: InspectorOptions): InspectorListener {
    const options = inspectorOptions(given)
    return (request, response, next = () => answer(response, request, sentence(404, 'Not found.'))) => {
      const [path, query] = (request.url ?? '').split('?', 2)
      if (options.path !== undefined && path !== options.path) next()
      else void this.#answer(request, response, new URLSearchParams(query), options)
    }
  }

  /** Nobody waits for `allow` any more, and nobody is let in. */
  close(): void {
    this.#closed = true
    this.#patience.callOff()
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    { allow, challenge, stuckAfterMs }: Judged,
  ): Promise<void> {
    try {
      if (this.#closed) answer(response, request, sentence(503, 'The server is closed.'))
      else if (!(await this.#allowed(request, allow))) answer(response, request, refusal(challenge))
      else if (request.method !== 'GET' && request.method !== 'HEAD')
        answer(response, request, { ...sentence(405, 'There is only something to look at.'), Allow: 'GET, HEAD' })
      else answer(response, request, this.#shown(query, stuckAfterMs))
    } catch (cause) {
      this.#options.failed('The inspector failed.', cause)
      if (!response.headersSent) answer(response, request, sentence(500, 'The inspector failed.'))
    }
  }

  async #allowed(request: IncomingMessage, allow: InspectorOptions['allow']): Promise<boolean> {
    try {
      return (await this.#patience.wait(() => allow(request))) === true
    } catch (cause) {
      this.#options.failed('The function allow of the inspector failed; nobody was let in.', cause)
      return false
    }
  }

  #shown(query: URLSearchParams, stuckAfterMs: number): Answer {
    const { witnesses } = this.#options
    const ask = (name: string) => query.get(name)?.slice(0, longestFind)
    if (query.has('state')) return json(stateOf(this.#options, ask('find') ?? '', stuckAfterMs))
    if (!query.has('records'))
      return { status: 200, type: 'text/html', body: page, 'Content-Security-Policy': pagePolicy }
    const request = ask('request')
    const session = ask('session')
    const explanation = request === undefined ? undefined : witnesses.explain(request)
    return json({ explanation, records: witnesses.records({ request, session }).slice(-mostRecords) })
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly [header: string]: string | number
}

const sentence = (status: number, text: string): Answer => ({ status, type: 'text/plain', body: `${text}\n` })

const json = (value: unknown): Answer => ({ status: 200, type: 'application/json', body: JSON.stringify(value) })

const refusal = (challenge: string | undefined): Answer =>
  challenge === undefined
    ? sentence(403, 'You may not look at this.')
    : { ...sentence(401, 'Say who you are.'), 'WWW-Authenticate': challenge }

/** Nothing of it is kept, guessed at, framed or read by other sites. */
const strict = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const

const answer = (
  response: ServerResponse,
  { method }: IncomingMessage,
  { status, type, body, ...headers }: Answer,
): void => {
  response.writeHead(status, {
    ...strict,
    ...headers,
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    // Nothing more is wanted of who is turned away, least of all the rest of a huge body.
    ...(status !== 200 && { Connection: 'close' }),
  })
  response.end(method === 'HEAD' ? undefined : body)
}

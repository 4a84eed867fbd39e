/** What an own port answers to plain HTTP: whether the process lives, and that all else is WebSocket. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** `GET /livez` says 200 while the process can answer at all. Whatever else it is, its body is not read. */
export const answerHttp = (request: IncomingMessage, response: ServerResponse): void => {
  const live = request.url === '/livez' && (request.method === 'GET' || request.method === 'HEAD')
  const [status, body] = live ? [200, 'ok\n'] : [426, 'This is a WebSocket endpoint.\n']
  response.writeHead(status, {
    'Content-Type': 'text/plain',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    // Nothing more is wanted of this connection, least of all the rest of a huge body.
    Connection: 'close',
  })
  response.end(body)
}

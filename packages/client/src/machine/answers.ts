/** What the server's frames mean for the request that they are about [P-16 … P-21]. */

import {
  type Cancelled,
  type Chunk,
  type ErrorFrame,
  type JsonValue,
  type Random,
  type Reply,
  redialMs,
  type Started,
  type WireMessage,
} from '@backchat/protocol'
import { answered } from './faults.js'
import type { Out } from './out.js'
import type { Request } from './request.js'
import type { Requests } from './requests.js'
import type { Tokens } from './tokens.js'

export type Answer = Started | Reply<WireMessage> | ErrorFrame | Chunk<JsonValue> | Cancelled

/** Why the link must be dropped: what it brought cannot be what was sent. The session resumes on the next one. */
export type Breach = string | undefined

/** What is known beside the frame. */
export interface Turn {
  readonly out: Out
  readonly random: Random
  readonly sessionId: string
  readonly now: number
  readonly tokens: Tokens
}

export function answer(requests: Requests, frame: Answer, turn: Turn): Breach {
  const request = requests.sent.find(frame.n)
  // Settled already: a second answer to what was asked twice.
  if (request === undefined) return undefined
  if (request.state === 'cancelling') return acknowledged(requests, request, frame)
  switch (frame.kind) {
    case 'started':
      return started(requests, request, turn)
    case 'chunk':
      return chunk(requests, request, frame, turn)
    case 'reply':
      return replied(requests, request, frame, turn)
    case 'error':
      return failed(requests, request, frame, turn)
    case 'cancelled':
      return undefined
  }
}

/** The caller has gone. The server knows by now, or it answered before it could know [P-20]. */
function acknowledged(requests: Requests, request: Request, frame: Answer): undefined {
  if (frame.kind === 'cancelled' || frame.kind === 'reply' || frame.kind === 'error') requests.release(request)
}

function started(requests: Requests, request: Request, { out, sessionId, now }: Turn): undefined {
  // Repeated, it is no progress: no deadline moves [P-16].
  if (requests.started(request)) request.heard(now)
  else out.emit({ kind: 'stillWorking', key: request.asked.key })
  // A send has all that it wants: the server has recorded it [P-16].
  if (request.asked.mode === 'send') requests.settle(request, { ok: true, message: null, sessionId })
}

function chunk(requests: Requests, request: Request, frame: Chunk<JsonValue>, { out, now }: Turn): Breach {
  const { stream } = request
  if (stream === undefined) return undefined
  const due = stream.wanted
  switch (stream.receive(frame.chunk)) {
    case 'old':
      return undefined
    case 'jump':
      return `Chunk ${frame.chunk} came where ${due} was due.` // [P-19]
    case 'flood':
      return 'Too many chunks came.'
    case 'next':
      requests.started(request)
      request.heard(now)
      if (!stream.left) {
        stream.keep(frame.content)
        out.emit({ kind: 'chunk', key: request.asked.key, content: frame.content })
      }
      requests.arrange(request)
      return undefined
  }
}

function replied(requests: Requests, request: Request, frame: Reply<WireMessage>, { out, sessionId }: Turn): Breach {
  const arrived = request.stream?.wanted ?? frame.count ?? 0
  // An end must not hide a hole [P-17].
  if (arrived < (frame.count ?? 0)) return `The reply came after ${arrived} of ${frame.count} chunks.`
  out.emit({ kind: 'stage', key: request.asked.key, stage: 'replied' })
  const message = request.asked.mode === 'send' ? null : frame.message
  requests.settle(request, { ok: true, message, sessionId })
  return undefined
}

/** An error ends it, but for a refusal that is over in time: then the same number is sent again [P-18]. */
function failed(requests: Requests, request: Request, { n, error, refused }: ErrorFrame, turn: Turn): undefined {
  if (refused && error.code === 'UNAUTHORIZED' && turn.tokens.ended(turn.now))
    return requests.postpone(request, n, error.code, Infinity) // [P-34]
  if (refused && (error.code === 'RATE_LIMITED' || error.code === 'OVERLOADED')) {
    const delayMs = redialMs(request.waitedMs, turn.random())
    request.waitedMs += delayMs
    const again = turn.now + (error.retryAfterMs ?? 0) + delayMs
    if (again < request.deadline) return requests.postpone(request, n, error.code, again)
  }
  const stage = error.mayHaveExecuted ? 'started' : 'received'
  const progress = { stage, mayHaveExecuted: request.outlived, idempotent: requests.isIdempotent(request) } as const
  requests.settle(request, { ok: false, error: answered(error, progress) })
}

/** What goes in and out of a machine, made by hand for the tests of those who watch it. */

import type { ErrorCode, Json, RequestMode } from '@backchat/protocol'
import type { Input } from '../machine/inputs.js'
import type { ShellEffect } from './machine-driver.js'

const timestamp = '2026-01-01T00:00:00.000Z'
type Numbers = { readonly floor?: number; readonly settled?: readonly (readonly [number, number])[] }

export const hello = (link: number, { floor = 0, settled = [] }: Numbers = {}): Input => ({
  kind: 'received',
  link,
  frame: {
    kind: 'hello',
    version: 1,
    client: 'the-client-id',
    secret: 'the-secret',
    token: 'the-token',
    attempt: 1,
    lastPush: 0,
    floor,
    settled,
    page: 'the-page',
  },
})

export const request = (
  link: number,
  n: number,
  { id = `m${n}`, type = 'text', mode = 'request' as RequestMode } = {},
): Input => ({
  kind: 'received',
  link,
  frame: { kind: 'request', n, mode, leftMs: 1_000, message: { id, timestamp, type, content: 'the-content' } },
})

export const ack = (link: number, { floor = 0, settled = [] }: Numbers): Input => ({
  kind: 'received',
  link,
  frame: { kind: 'ack', push: 0, floor, settled },
})

export const run = (run: number, n: number, { session = 's', link = 1, id = `m${n}` } = {}): ShellEffect => ({
  kind: 'run',
  run,
  link,
  session,
  user: 'ann',
  n,
  mode: 'request',
  type: 'text',
  message: { id, timestamp, type: 'text' },
})

export const attached = (link: number, session = 's', user = 'ann'): ShellEffect & { kind: 'attached' } => ({
  kind: 'attached',
  link,
  session,
  user,
  resumed: false,
})

export const detached = (link: number, session = 's'): ShellEffect & { kind: 'detached' } => ({
  kind: 'detached',
  link,
  session,
  reason: 'The link was lost.',
})

export const reply = (link: number, n: number): ShellEffect => ({
  kind: 'transmit',
  link,
  frame: { kind: 'reply', n, message: '{"content":"the-content"}' as Json },
})

export const error = (link: number, n: number, code: ErrorCode, refused?: true): ShellEffect => ({
  kind: 'transmit',
  link,
  frame: {
    kind: 'error',
    n,
    ...(refused && { refused }),
    error: { code, message: 'the-content', mayHaveExecuted: true },
  },
})

export const returned = (run: number, bytes = 10): Input => ({ kind: 'returned', run, message: '{}' as Json, bytes })

export const threw = (run: number, code: ErrorCode, refused = false): Input => ({
  kind: 'threw',
  run,
  error: { code, message: 'no', mayHaveExecuted: !refused },
  refused,
})

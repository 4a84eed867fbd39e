/** The application of a server under test: what its handlers do, by message type. */

import { type Json, replyDefaults, wireMessage } from '@backchat/protocol'

/** How one run of a handler goes. */
export type Behaviour =
  /** Says back what it was told. */
  | { readonly does: 'echo' }
  /** Works until its signal fires. */
  | { readonly does: 'work' }
  /** Yields so many chunks, `chunk 0` and so on, then says back what it was told. */
  | { readonly does: 'yield'; readonly chunks: number }
  /** Throws. */
  | { readonly does: 'fail' }
  /** Sends so many pushes to its own session, then says back what it was told. */
  | { readonly does: 'push'; readonly pushes: number }

/** Every type that has a handler. */
export const types = ['echo', 'work', 'yield', 'fail', 'push'] as const
/** The one of them that may run again. */
export const idempotentType = 'fail'

export function behaviourOf(type: string, content: unknown): Behaviour {
  switch (type) {
    case 'work':
    case 'fail':
      return { does: type }
    case 'yield':
      return { does: 'yield', chunks: numberIn(content, 'chunks') }
    case 'push':
      return { does: 'push', pushes: numberIn(content, 'pushes') }
    default:
      return { does: 'echo' }
  }
}

/** What strangers write may be anything, also a great number. */
function numberIn(content: unknown, name: string): number {
  const value: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, name) : undefined
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), 400) : 0
}

/** A message of the application as it travels. */
export function written(id: string, content: unknown): Json {
  const parts = { ...replyDefaults, id, timestamp: '2026-11-23T00:00:00.000Z', content }
  const encoded = wireMessage(parts, replyDefaults)
  if (!encoded.ok) throw new Error(`What was received cannot be sent: ${encoded.reason}.`)
  return encoded.json
}

export const textOf = (content: unknown): Json => JSON.stringify(content) as Json

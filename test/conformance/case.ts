/** What a case of conformance is made of: plain data, so that any client and any server can be measured by it. */

/** What travels: a frame, a text that is none, or bytes in a binary message. */
export type Wire = object | { readonly text: string } | { readonly binary: readonly number[] }

/** Fields that a frame must have; it may have others. */
export interface Heard {
  readonly kind: string
  readonly [field: string]: unknown
}

/** Frames in one text, a line for each. */
export const together = (...frames: readonly object[]) => ({
  text: frames.map((frame) => JSON.stringify(frame)).join('\n'),
})

export const isText = (wire: Wire): wire is { readonly text: string } => 'text' in wire
export const isBinary = (wire: Wire): wire is { readonly binary: readonly number[] } => 'binary' in wire

interface Named {
  /** A sentence: what comes, and what that leads to. */
  readonly name: string
  /** The rule of docs/PROTOCOL.md that decides, such as `P-3`. `none` where no rule says it: then the case holds on to what is. */
  readonly rule: `P-${number}` | 'none'
}

/** Some frames, and what the server says to them, in order. Pings do not count, nor does a `started` that is not listed. */
export interface Turn {
  readonly says: readonly Wire[]
  readonly hears?: readonly Heard[]
}

/**
 * A case for servers. Its application is the one in `application.ts`. Wherever nothing else is said, the link stays open, the server says
 * nothing, the session is kept, and another client of the same server notices nothing.
 */
export interface ServerCase extends Named, Turn {
  /** What the link has behind it: the upgrade alone, or the welcome of a new session too. */
  readonly link: 'opened' | 'welcomed'
  readonly before?: readonly Turn[]
  /** Milliseconds that pass after it. */
  readonly passes?: number
  /** The code with which the server closes the link. */
  readonly closes?: number
  /** What a next link finds: the session (default, after a welcome), another one, or that it may say nothing any more. */
  readonly session?: 'kept' | 'ended'
  /** What is said and heard first on the next link. */
  readonly next?: Turn
  /** What is heard depends on what the server has done between two frames of one breath: not measured over sockets. */
  readonly hurried?: true
  /** All numbers were reported settled: what is asked from here on is not run. */
  readonly mute?: true
}

/** What happens to a client. Numbers of requests are from 2: request 1 is the neighbour, which gets its reply in the end. */
export type Move =
  | { readonly asks: 'request' | 'stream' | 'send' }
  /** The caller gives up. */
  | { readonly givesUp: number }
  | { readonly says: readonly Wire[] }

/** A case for clients. Wherever nothing else is said, the link stays, nothing is sent, nothing settles, nothing is delivered. */
export interface ClientCase extends Named {
  /** How far the link is: its hello is out, or it is welcome. */
  readonly link: 'greeting' | 'welcomed'
  readonly before?: readonly Move[]
  readonly says: readonly Wire[]
  /** Milliseconds that pass after it. */
  readonly passes?: number
  readonly sends?: readonly Heard[]
  /** By number: `ok`, or the code of the error. */
  readonly settles?: { readonly [n: number]: string }
  /** How many chunks reach readers. */
  readonly chunks?: number
  /** Pushes and gaps, in order. */
  readonly announces?: readonly (string | readonly [from: number, to: number])[]
  /** The code with which the client drops the link. It dials again. */
  readonly drops?: number
  /** What the next hello says of the session: the same (default), another client with a reset, or that there is none: the client is closed. */
  readonly becomes?: 'same' | 'another' | 'closed'
  /** What a stream asks for on the next link. */
  readonly asksFrom?: { readonly [n: number]: number }
}

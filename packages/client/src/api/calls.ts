/** What calls return: promises and chunks that know where their message is. */

import type { BackchatError, Stage } from '@backchat/protocol'

/** A promise that also knows where its message is. Handle its rejection, as any promise's: in Node one that nobody handles ends the process. */
export interface PendingRequest<Reply> extends Promise<Reply> {
  /** The id of the message, known at once. */
  readonly id: string
  /** How far it got. */
  readonly stage: Stage
  /** Gives up: it settles with `ABORTED` at once, and the server is told, again on each new link until it knows. Resolves when settled; never rejects. */
  cancel(): Promise<void>
}

/** Chunks for one reader, and the reply after them. When the stream fails, reading throws a {@link BackchatError} after the last exact chunk. */
export interface StreamHandle<Chunk, Reply> extends AsyncIterable<Chunk> {
  readonly id: string
  readonly stage: Stage
  /** The reply, after the last chunk, whether or not chunks are read. Unread, it raises no unhandled rejection. */
  readonly reply: Promise<Reply>
  /** Stops reading; the handler goes on. Reading ends, and `reply` still settles. */
  leave(): void
  /** Gives up: reading and `reply` settle with `ABORTED` at once, and the handler's signal fires. Never rejects. */
  cancel(): Promise<void>
  [Symbol.asyncIterator](): AsyncIterator<Chunk, void>
}

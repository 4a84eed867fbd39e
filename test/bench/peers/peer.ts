/** What every peer is measured by: a server with the same three handlers, and clients that talk to it. */

export interface Peer {
  serve(options: ServeOptions): Promise<void>
  /** Settles when the client may ask. */
  connect(port: number): Promise<Contact>
  /** A client that gives work; of who has typed errors. */
  employ?(port: number): Promise<Employer>
}

export interface ServeOptions {
  readonly port: number
  /** An empty folder, for who stores something. */
  readonly folder: string
  /** Of who turns questions away when there are too many: how late its event loop may be, in milliseconds; 0: it turns none away. */
  readonly mostLateMs?: number | undefined
}

/** One client with a connection of its own. */
export interface Contact {
  /** The server returns what it is given. */
  ask(content: Content): PromiseLike<unknown>
  /** The server pushes {@link news} to everybody, and answers. */
  shout(): PromiseLike<unknown>
  /** The server answers with so many chunks; settles with how many came. */
  read(chunks: number): Promise<number>
  onPush(listener: () => void): void
  /**
   * Asks after the connection was lost, and settles with the answer, however many connections it takes. Each peer connects again
   * as it does by itself, or as its documentation recommends.
   */
  askAgain(content: Content): PromiseLike<unknown>
  close(): unknown
}

/** A client that has the server work. */
export interface Employer {
  /** Settles also when it fails. */
  employ(kind: WorkKind, timeoutMs: number): PromiseLike<Fate>
  close(): unknown
}

/** About a millisecond of work at once, or after a wait as for a database. */
export type WorkKind = 'work' | 'wait and work'

/** What became of a question, as who asked sees it. */
export interface Fate {
  /** `ok`, or the code of its error. */
  readonly code: string
  /** When a link took it for the last time, by `performance.now()`: it may have been turned away before. Undefined when none did. */
  readonly takenAt: number | undefined
}

export interface Content {
  readonly text: string
}

/** 64 characters: a short line of a chat. */
export const line: Content = { text: 'It was a bright cold day in April, and the clocks were striking!' }
export const news: Content = { text: 'The server goes down for maintenance on Sunday, at two o’clock.' }

/** What a handler yields: one word after another, as a model does. It waits for nothing but the next turn of the promise queue. */
export async function* story(chunks: number): AsyncGenerator<string> {
  for (let i = 0; i < chunks; i++) yield `word ${i} `
}

/** Who speaks, and over which connection. */

import type { IncomingMessage } from 'node:http'

/** What the library needs to know of a user. */
export interface Identity {
  /** Sessions belong to it: a session is found again only by the same user. */
  readonly id: string
  /**
   * When the token ends: a date, or milliseconds since 1970. Default: never. The client brings another one in time, on the living
   * session; from the end on nothing new is run, and 10 s later the link ends [P-34].
   */
  readonly expiresAt?: Date | number | undefined
}

/** Who speaks where nobody is asked to authenticate. */
export interface Guest extends Identity {
  readonly role: 'guest'
}

/** What `context.state` is without the option `state`. */
export type FreeState = Record<string, unknown>

export interface Session {
  readonly id: string
}

/** What is known of a connection before it has a state. */
export interface ConnectionFacts<User extends Identity = Identity> {
  /** Names the link: a session that comes back has another. */
  readonly id: string
  readonly session: Session
  readonly user: User
  /** The session was here before, and has been found again. */
  readonly resumed: boolean
  /** The address of the peer of the socket, which may be a proxy. */
  readonly remoteAddress: string | undefined
  /** Headers of the upgrade. */
  readonly headers: IncomingMessage['headers']
  /** ISO 8601. */
  readonly connectedAt: string
}

/** What is known of a connection at one moment. */
export type ConnectionSnapshot<User extends Identity = Identity> = Omit<ConnectionFacts<User>, 'headers'>

/** Which connections are meant: those that fit all that is given. */
export interface ConnectionFilter {
  readonly id?: string | undefined
  readonly session?: string | undefined
  readonly user?: string | undefined
}

/** A client's link, as the application sees it. */
export interface Connection<User extends Identity = Identity, State extends object = object>
  extends ConnectionFacts<User> {
  readonly state: State
  /**
   * Ends this link; the client comes back. The reason is for people who watch; of a long one the first 123 bytes are sent.
   * @throws TypeError when the reason is no text.
   */
  close(reason?: string): void
}

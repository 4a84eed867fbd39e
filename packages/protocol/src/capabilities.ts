/** What a machine is given instead of reaching for it: so that a simulator can give it too. */

/** Time, for shells. Machines get `now` as an argument. */
export interface Clock {
  /** Monotonic milliseconds. The only time that decides. */
  now(): number
  /** Wall time in milliseconds since 1970, for timestamps that people read. */
  wall(): number
  /** Calls back once, after at least `delayMs`; returns how to call it off. Never keeps a Node process alive by itself unless `delayMs` is for work still wanted. */
  after(delayMs: number, callback: () => void): () => void
}

/** A number in [0, 1). */
export type Random = () => number

export interface Ids {
  /** A new session id, epoch or page: unique, unguessable. */
  id(): string
  /** A new message id: unique and unguessable, too, and made for each message and reply. */
  message(): string
  /** At least 128 random bits in URL-safe characters: a client id. */
  client(): string
  /** At least 256 random bits in URL-safe characters: a client's secret. */
  secret(): string
}

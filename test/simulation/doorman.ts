/** Judges the tokens that a server is shown: takes its time, knows how long each is good, and refuses who is locked out. */

import type { Clock } from '@backchat/protocol'
import type { ServerEffect, ServerInput } from './machines.js'

export interface DoormanOptions {
  readonly clock: Clock
  readonly takesMs: number
  /** How long the token of a client is good. */
  readonly tokenLastsMs: (client: number) => number | undefined
  /** Whether this client's token is good. */
  readonly admits: (client: number) => boolean
  readonly feed: (input: ServerInput) => void
}

export class Doorman {
  readonly #options: DoormanOptions

  constructor(options: DoormanOptions) {
    this.#options = options
  }

  /** `of`: whose socket it is. */
  judge({ link, token, client }: Extract<ServerEffect, { kind: 'authenticate' }>, of: number): void {
    const { clock, takesMs, tokenLastsMs, admits, feed } = this.#options
    // Who shows none has none that ends.
    const expiresInMs = token === undefined ? undefined : tokenLastsMs(of)
    const user = admits(of) ? (token ?? `guest ${client}`) : null
    const answer = () => feed({ kind: 'authenticated', link, user, expiresInMs })
    if (takesMs === 0) answer()
    else clock.after(takesMs, answer)
  }
}

/** Who this client is, and which life of its session it knows [P-10]. */

import type { Hello, Ids } from '@backchat/protocol'
import { protocolVersion } from '@backchat/protocol'

/** What a hello tells of the other parts. */
export interface Position {
  readonly lastPush: number
  readonly floor: number
  readonly settled: Hello['settled']
}

export class Identity {
  readonly #ids: Ids
  readonly #page: string
  #client: string
  #secret: string
  #attempt = 0
  #epoch: string | undefined

  constructor(ids: Ids) {
    this.#ids = ids
    this.#page = ids.id()
    this.#client = ids.client()
    this.#secret = ids.secret()
  }

  /** Whether a session is known at all. */
  get known(): boolean {
    return this.#epoch !== undefined
  }

  /** The first frame of a link. Each dial has an attempt of its own, which fences all older ones. */
  hello(token: string | undefined, position: Position): Hello {
    this.#attempt += 1
    return {
      kind: 'hello',
      version: protocolVersion,
      client: this.#client,
      secret: this.#secret,
      attempt: this.#attempt,
      ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }),
      ...position,
      page: this.#page,
      ...(token === undefined ? {} : { token }),
    }
  }

  /** Compares the epoch of a welcome with the one known, and knows it from now on [P-12]. */
  meet(epoch: string): 'first' | 'same' | 'another' {
    const known = this.#epoch
    this.#epoch = epoch
    if (known === undefined) return 'first'
    return known === epoch ? 'same' : 'another'
  }

  /** Somebody else holds this client id, or a copy of us does: be another client from now on [P-13]. */
  renew(): void {
    this.#client = this.#ids.client()
    this.#secret = this.#ids.secret()
    this.#attempt = 0
    this.#epoch = undefined
  }
}

/** A client of Backchat that gives work, and knows what became of it and when a link took it. */

import { BackchatError, type Client, type ClientOptions, createClient } from '@backchat/client'
import type { Employer, Fate, WorkKind } from './peer.js'

type Tracing = NonNullable<ClientOptions['tracing']>

class BackchatEmployer implements Employer {
  readonly #client: Client
  /** The one that is being asked in this turn. */
  #asking: { takenAt: number | undefined } = { takenAt: undefined }

  constructor(port: number) {
    this.#client = createClient({ url: `ws://127.0.0.1:${port}`, tracing: this.#tracing() })
  }

  get ready(): Promise<unknown> {
    return this.#client.ready
  }

  async employ(kind: WorkKind, timeoutMs: number): Promise<Fate> {
    const asked = { takenAt: undefined }
    this.#asking = asked
    const code = await this.#client.request(kind, null, { timeout: timeoutMs }).then(
      () => 'ok',
      (error) => (BackchatError.is(error) ? error.code : String(error)),
    )
    return { code, takenAt: asked.takenAt }
  }

  close() {
    return this.#client.close()
  }

  /** A client tells who traces it when a link takes a call. */
  #tracing(): Tracing {
    return {
      call: ({ options, waiter }) => {
        const asked = this.#asking
        const noted: typeof waiter.noted = (note) => {
          if (note.link !== undefined) asked.takenAt = performance.now()
        }
        return {
          options,
          waiter: {
            succeeded: (reply) => waiter.succeeded(reply),
            failed: (error) => waiter.failed(error),
            chunk: (content) => waiter.chunk(content),
            noted,
          },
        }
      },
      handler: (handler) => handler,
    }
  }
}

export async function employ(port: number): Promise<Employer> {
  const employer = new BackchatEmployer(port)
  await employer.ready
  return employer
}

/** The cases for servers that were written by hand, measured on a real server over real sockets. */

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { dial, type RawClient } from '../integration/server/raw-client.js'
import { serve } from '../integration/server/serve.js'
import { type Heard, isBinary, isText, type Wire } from './case.js'
import { conductServer, type Peer } from './conduct-server.js'
import { runApplication } from './run-application.js'
import { isOneOfMany, serverCases } from './server-cases.js'
import { hello, request } from './sound-frames.js'

/** Far beyond what loopback takes. */
const patienceMs = 5_000

class PeerOnSocket implements Peer {
  readonly #client: RawClient
  #heard: Heard[] = []
  #welcomed = false
  closedWith: number | undefined

  constructor(client: RawClient) {
    this.#client = client
    void client.closed.then((code) => {
      this.closedWith = code
    })
  }

  say(wire: Wire): void {
    if (isBinary(wire)) this.#client.socket.send(Buffer.from(wire.binary))
    else this.#client.socket.send(isText(wire) ? wire.text : JSON.stringify(wire))
  }

  async hear(least: number, listens: boolean): Promise<readonly Heard[]> {
    const counts = ({ kind }: Heard) => kind !== 'ping' && kind !== 'pong' && (listens || kind !== 'started')
    await this.#until(() => this.#heard.filter(counts).length >= least)
    // Frames are read in order: when the pong is there, all that was said before has been read.
    if (this.#welcomed && this.closedWith === undefined) {
      this.say({ kind: 'ping' })
      await this.#until(() => this.#heard.some(({ kind }) => kind === 'pong'))
    }
    return this.#heard.splice(0).filter(counts)
  }

  lose(): void {
    this.#client.terminate()
  }

  async #until(isThere: () => boolean): Promise<void> {
    for (const end = Date.now() + patienceMs; !this.#isThere(isThere); ) {
      if (Date.now() > end) throw new Error(`Only ${JSON.stringify(this.#heard)} came.`)
      await sleep(1)
    }
  }

  #isThere(isThere: () => boolean): boolean {
    this.#heard.push(...this.#client.unread())
    this.#welcomed ||= this.#heard.some(({ kind }) => kind === 'welcome')
    return this.closedWith !== undefined || isThere()
  }
}

describe('a server on real sockets', () => {
  const cases = serverCases.filter((one) => !isOneOfMany(one) && one.hurried === undefined && one.passes === undefined)

  test.each(cases.map((conformance) => [conformance.rule, conformance.name, conformance] as const))(
    '[%s] %s',
    async (_rule, _name, conformance) => {
      const { manager, url } = await serve()
      runApplication(manager)
      await conductServer(
        {
          dial: async () => new PeerOnSocket(await dial(url)),
          pass: () => {
            throw new Error('Real time is not made to pass.')
          },
        },
        conformance,
      )
    },
  )

  test('[P-2] a text that is no UTF-8 closes the link and keeps the session', async () => {
    const { manager, url } = await serve()
    runApplication(manager)
    const client = await dial(url)
    client.send(hello)
    const { epoch } = await client.next('welcome')
    client.socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false })
    // ws itself says 1007 (RFC 6455 §8.1); ours comes too late.
    expect([1007, 4400]).toContain(await client.closed)
    const next = await dial(url)
    next.send({ ...hello, attempt: 2, epoch })
    expect(await next.next('welcome')).toMatchObject({ resumed: true })
    next.send(request(1))
    expect(await next.next('reply')).toMatchObject({ n: 1 })
  })
})

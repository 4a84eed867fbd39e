/** Every case for servers, measured on the real machine and the real memory store. */

import { describe, test } from 'vitest'
import { type Heard, isBinary, isText, type Wire } from './case.js'
import { conductServer, type Peer } from './conduct-server.js'
import { ServerInProcess } from './in-process.js'
import { serverCases } from './server-cases.js'

class PeerInProcess implements Peer {
  readonly #server: ServerInProcess
  readonly #link: number
  #heard: Heard[] = []
  closedWith: number | undefined

  constructor(server: ServerInProcess) {
    this.#server = server
    this.#link = server.open({
      received: (text) => this.#heard.push(JSON.parse(text)),
      closed: (code) => {
        this.closedWith = code
      },
    })
  }

  say(wire: Wire): void {
    if (isBinary(wire)) this.#server.binary(this.#link)
    else this.#server.text(this.#link, isText(wire) ? wire.text : JSON.stringify(wire))
  }

  async hear(_least: number, listens: boolean): Promise<readonly Heard[]> {
    const heard = this.#heard.filter(
      ({ kind }) => kind !== 'ping' && kind !== 'pong' && (listens || kind !== 'started'),
    )
    this.#heard = []
    return heard
  }

  lose(): void {
    this.#server.lose(this.#link)
  }
}

describe('a server', () => {
  test.each(serverCases.map((conformance) => [conformance.rule, conformance.name, conformance] as const))(
    '[%s] %s',
    async (_rule, _name, conformance) => {
      const server = new ServerInProcess()
      await conductServer({ dial: async () => new PeerInProcess(server), pass: (ms) => server.pass(ms) }, conformance)
    },
  )
})

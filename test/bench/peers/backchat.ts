/** Backchat as an application uses it, with all that it promises. */

import { join } from 'node:path'
import { type Client, createClient } from '@backchat/client'
import { memoryStore, type Store, WebSocketManager } from '@backchat/server'
import { lmdbStore } from '@backchat/store-lmdb'
import { untilAnswered } from './again.js'
import { employ } from './employer.js'
import { type Contact, type Content, news, type Peer, type ServeOptions, story } from './peer.js'
import { workers } from './work.js'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

async function serve({ port, mostLateMs }: ServeOptions, store: Store): Promise<void> {
  const config = { maxConnections: 20_000, overload: { delay: mostLateMs } }
  const manager = new WebSocketManager({ port, host: '127.0.0.1', store, config, logger: silent })
  manager.registerHandler('echo', async ({ content }) => content)
  manager.registerHandler('shout', async () => {
    await manager.broadcast({ type: 'system', content: news })
  })
  manager.registerHandler('story', async function* ({ content }) {
    yield* story(Number(content))
  })
  for (const [kind, work] of Object.entries(workers)) manager.registerHandler(kind, async () => work())
  await manager.ready
}

class BackchatContact implements Contact {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  ask(content: Content) {
    return this.#client.request('echo', content)
  }

  shout() {
    return this.#client.request('shout')
  }

  async read(chunks: number): Promise<number> {
    let count = 0
    for await (const _ of this.#client.stream('story', chunks)) count += 1
    return count
  }

  onPush(listener: () => void): void {
    this.#client.on('system', listener)
  }

  askAgain(content: Content) {
    return untilAnswered(() => this.ask(content))
  }

  close() {
    return this.#client.close()
  }
}

const connect = async (port: number): Promise<Contact> => {
  const client = createClient({ url: `ws://127.0.0.1:${port}` })
  await client.ready
  return new BackchatContact(client)
}

export const backchatMemory: Peer = { connect, employ, serve: (options) => serve(options, memoryStore()) }

export const backchatLmdb: Peer = {
  connect,
  employ,
  serve: (options) => serve(options, lmdbStore({ path: join(options.folder, 'store') })),
}

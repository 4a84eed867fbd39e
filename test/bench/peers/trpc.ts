/** tRPC over `wsLink`: a mutation is a request, subscriptions are pushes and streams. */

import { EventEmitter, on, once } from 'node:events'
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocket, WebSocketServer } from 'ws'
import { untilAnswered } from './again.js'
import { type Contact, type Content, news, type Peer, type ServeOptions, story } from './peer.js'

const t = initTRPC.create()
const events = new EventEmitter().setMaxListeners(0)
const given = <T>(value: unknown) => value as T

const router = t.router({
  echo: t.procedure.input(given<Content>).mutation(async ({ input }) => input),
  shout: t.procedure.mutation(() => {
    events.emit('news', news)
    return null
  }),
  story: t.procedure.input(given<number>).subscription(({ input }) => story(input)),
  news: t.procedure.subscription(async function* ({ signal }) {
    for await (const [content] of on(events, 'news', { signal: signal as AbortSignal })) yield content as Content
  }),
})

async function serve({ port }: ServeOptions): Promise<void> {
  const wss = new WebSocketServer({ port, host: '127.0.0.1' })
  applyWSSHandler({ wss, router })
  await once(wss, 'listening')
}

function clientOf(port: number) {
  const socket = createWSClient({ url: `ws://127.0.0.1:${port}`, WebSocket: WebSocket as never })
  return { socket, api: createTRPCClient<typeof router>({ links: [wsLink({ client: socket })] }) }
}

class TrpcContact implements Contact {
  readonly #client: ReturnType<typeof clientOf>
  #pushed = () => {}

  constructor(client: ReturnType<typeof clientOf>) {
    this.#client = client
  }

  /** Settles when pushes come. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#client.api.news.subscribe(undefined, { onStarted: () => resolve(), onData: () => this.#pushed() })
    })
  }

  ask(content: Content) {
    return this.#client.api.echo.mutate(content)
  }

  shout() {
    return this.#client.api.shout.mutate()
  }

  read(chunks: number): Promise<number> {
    let count = 0
    const onData = () => {
      count += 1
    }
    return new Promise((resolve, reject) => {
      this.#client.api.story.subscribe(chunks, { onData, onComplete: () => resolve(count), onError: reject })
    })
  }

  onPush(listener: () => void): void {
    this.#pushed = listener
  }

  askAgain(content: Content): Promise<unknown> {
    return untilAnswered(() => this.ask(content))
  }

  close() {
    return this.#client.socket.close()
  }
}

export const trpc: Peer = {
  serve,
  async connect(port) {
    const contact = new TrpcContact(clientOf(port))
    await contact.listen()
    return contact
  },
}

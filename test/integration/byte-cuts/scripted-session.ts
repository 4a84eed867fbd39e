/** One session that says everything there is to say, and what must come of it however its link is treated. */

import { type Client, type ClientOptions, createClient } from '@backchat/client'
import type { Clock } from '@backchat/protocol'
import { type Listening, type ManagerOptions, WebSocketManager } from '@backchat/server'

/** Where it is played. */
export interface Stage {
  /** Default: real time. */
  readonly clock?: Clock
  /** How handlers take their time. */
  readonly wait: (ms: number) => Promise<unknown>
  readonly listening: Listening
  readonly manager?: Pick<ManagerOptions, 'ids' | 'config'>
  readonly client: Pick<ClientOptions, 'url' | 'WebSocket' | 'random' | 'ids'>
}

export interface Played {
  readonly reply: unknown
  readonly chunks: readonly unknown[]
  readonly end: unknown
  readonly noted: string
  readonly cancelled: string
  readonly pushes: readonly unknown[]
  readonly inits: readonly unknown[]
  /** How often each handler was called. */
  readonly runs: Readonly<Record<string, number>>
  /** Gaps, resets and errors of either side. */
  readonly troubles: readonly string[]
  readonly sessionsEnded: number
}

const stories = 5
const news = 4

export const asItShouldBe: Played = {
  reply: { text: 'You said: hello' },
  chunks: Array.from({ length: stories }, (_, piece) => ({ piece })),
  end: { pieces: stories },
  noted: 'recorded',
  cancelled: 'ABORTED, and its signal fired',
  pushes: Array.from({ length: news }, (_, number) => ({ number })),
  inits: [{ history: [] }],
  runs: { init: 1, text: 1, story: 1, note: 1, endless: 1 },
  troubles: [],
  sessionsEnded: 1,
}

/** Both sides, ready for {@link Scene.play}. */
export class Scene {
  readonly client: Client
  readonly manager: WebSocketManager
  readonly #wait: Stage['wait']
  readonly #troubles: string[] = []
  readonly #pushes: unknown[] = []
  readonly #inits: unknown[] = []
  readonly #runs: Record<string, number> = {}
  readonly #heardAll = signal()
  readonly #begun = signal()
  readonly #abandoned = signal()
  readonly #sessionEnded = signal()
  #sessionsEnded = 0

  private constructor(manager: WebSocketManager, client: Client, wait: Stage['wait']) {
    this.manager = manager
    this.client = client
    this.#wait = wait
    this.#serve()
    this.#listen()
  }

  /** The client dials when the server listens, so that its first link is the one that is cut. */
  static async open({ clock, wait, listening, manager: options, client }: Stage): Promise<Scene> {
    const time = clock ? { clock } : {}
    const manager = new WebSocketManager({ ...listening, ...options, ...time, logger: silent })
    await manager.ready
    return new Scene(manager, createClient({ ...client, ...time, init: () => ({ from: 'the script' }) }), wait)
  }

  async play(): Promise<Played> {
    const { client } = this
    const reply = (await client.request('text', { text: 'hello' })).content
    const story = client.stream('story')
    const chunks: unknown[] = []
    for await (const chunk of story) chunks.push(chunk)
    const end = (await story.reply).content
    const noted = await client.send('note', { upTo: 'here' }).then(() => 'recorded')
    const cancelled = await this.#cancel()
    await this.#heardAll.promise
    await client.close()
    await this.#sessionEnded.promise
    await this.manager.close({ drain: 0 })
    const [pushes, inits, runs, troubles] = [this.#pushes, this.#inits, this.#runs, this.#troubles]
    return { reply, chunks, end, noted, cancelled, pushes, inits, runs, troubles, sessionsEnded: this.#sessionsEnded }
  }

  async #cancel(): Promise<string> {
    const pending = this.client.request('endless')
    const settled = pending.then(
      () => 'answered',
      (error) => String(error.code),
    )
    await this.#begun.promise
    await pending.cancel()
    await this.#abandoned.promise
    return `${await settled}, and its signal fired`
  }

  #serve(): void {
    const { manager } = this
    const ran = (type: string) => {
      this.#runs[type] = (this.#runs[type] ?? 0) + 1
    }
    const wait = this.#wait
    manager.registerHandler('init', () => {
      ran('init')
      return { history: [] }
    })
    manager.registerHandler('text', async ({ content }) => {
      ran('text')
      await wait(5)
      return { text: `You said: ${content.text}` }
    })
    manager.registerHandler('story', async function* (_, { session }) {
      ran('story')
      for (let piece = 0; piece < stories; piece++) {
        if (piece < news) void manager.sendToSession(session.id, { type: 'news', content: { number: piece } })
        await wait(5)
        yield { piece }
      }
      return { pieces: stories }
    })
    manager.registerHandler('note', () => {
      ran('note')
      return null
    })
    manager.registerHandler('endless', async (_, { signal }) => {
      ran('endless')
      signal.addEventListener('abort', this.#abandoned.fire)
      this.#begun.fire()
      await this.#abandoned.promise
      return null
    })
    manager.on('error', (error) => this.#troubles.push(`server: ${error}`))
    manager.on('sessionEnded', () => {
      this.#sessionsEnded += 1
      this.#sessionEnded.fire()
    })
  }

  #listen(): void {
    const { client } = this
    client.on('news', ({ content }) => {
      this.#pushes.push(content)
      if (this.#pushes.length === news) this.#heardAll.fire()
    })
    client.on('init', ({ content }) => this.#inits.push(content))
    for (const name of ['gap', 'reset', 'error'] as const)
      client.events.on(name, (event) => this.#troubles.push(`${name}: ${JSON.stringify(event)}`))
  }
}

function signal() {
  let fire: () => void = () => {}
  const promise = new Promise<void>((resolve) => {
    fire = resolve
  })
  return { promise, fire: () => fire() }
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

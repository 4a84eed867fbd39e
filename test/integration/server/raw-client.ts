/** A client of nothing but `ws`: it speaks the protocol by hand, and so can also speak it badly. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'

export interface Frame {
  readonly kind: string
  readonly [field: string]: unknown
}

export interface Identity {
  readonly client: string
  readonly secret: string
}

export const newIdentity = (): Identity => ({
  client: randomBytes(16).toString('base64url'),
  secret: randomBytes(32).toString('base64url'),
})

/** The frames of a text, a line for each. */
export const framesOf = (text: string): readonly Frame[] => text.split('\n').map((line) => JSON.parse(line))

export class RawClient {
  readonly socket: WebSocket
  /** The close code, once the socket has closed. */
  readonly closed: Promise<number>
  readonly #unread: Frame[] = []
  #wakeReader: (() => void) | undefined
  #over = false

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('message', (data) => {
      this.#unread.push(...framesOf(String(data)))
      this.#wakeReader?.()
    })
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        this.#over = true
        this.#wakeReader?.()
        resolve(code)
      })
    })
  }

  send(frame: Frame): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** Says hello as a client of good manners would, but for what is said otherwise. */
  hello(identity: Identity, otherwise: Partial<Frame> = {}): void {
    this.send({
      kind: 'hello',
      version: 1,
      ...identity,
      attempt: 1,
      lastPush: 0,
      floor: 0,
      settled: [],
      page: 'page-1',
      ...otherwise,
    })
  }

  request(n: number, type: string, content: unknown, otherwise: Partial<Frame> = {}): void {
    this.send({
      kind: 'request',
      n,
      mode: 'request',
      leftMs: 30_000,
      message: { id: `message-${n}`, timestamp: new Date().toISOString(), type, content },
      ...otherwise,
    })
  }

  /** The next frame, which must be of this kind. Pings do not count, nor does a `started` that is not waited for: both depend on the time. */
  next(kind: string): Promise<Frame> {
    return this.nextOf(kind)
  }

  /** The same, of one of these kinds. */
  async nextOf(...kinds: readonly string[]): Promise<Frame> {
    const frame = await this.#read(kinds.includes('started') ? ['ping'] : ['ping', 'started'])
    if (!kinds.includes(frame.kind)) throw new Error(`Expected ${kinds.join(' or ')}, got ${JSON.stringify(frame)}`)
    return frame
  }

  /** All frames that came and were not read. */
  unread(): readonly Frame[] {
    return this.#unread.splice(0)
  }

  /** What came and was not read, without reading it. */
  unreadKinds(): readonly string[] {
    return this.#unread.map(({ kind }) => kind)
  }

  terminate(): void {
    this.socket.terminate()
  }

  async #read(skipped: readonly string[]): Promise<Frame> {
    for (;;) {
      const frame = this.#unread.shift()
      if (frame !== undefined && !skipped.includes(frame.kind)) return frame
      if (frame !== undefined) continue
      if (this.#over) throw new Error('The link closed, and nothing more came.')
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve
      })
    }
  }
}

/** Opens a link; rejects with the HTTP status when the upgrade is refused. */
export const dial = async (
  url: string,
  options: ClientOptions = {},
  protocols = ['backchat.1'],
): Promise<RawClient> => {
  const socket = new WebSocket(url, protocols, options)
  const client = new RawClient(socket)
  const refused = once(socket, 'unexpected-response').then(([, response]) => {
    throw new Error(`HTTP ${response.statusCode}`)
  })
  refused.catch(() => socket.terminate())
  await Promise.race([once(socket, 'open'), refused])
  return client
}

/** Opens a link and says hello on it. */
export const greeted = async (url: string, identity = newIdentity(), otherwise: Partial<Frame> = {}) => {
  const client = await dial(url)
  client.hello(identity, otherwise)
  return { client, welcome: await client.next('welcome') }
}

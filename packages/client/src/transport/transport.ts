/** What carries frames: a socket at a time, numbered by the machine. A transport decides nothing and keeps no time. */

/** What a transport reports. Facts of the newest link only; after {@link Transport.abandon} nothing of that link. */
export interface TransportEvents {
  opened(link: number): void
  received(link: number, data: string): void
  /** Something arrived that cannot be a frame [P-2]; the link is still open. */
  garbled(link: number, reason: string): void
  /** The socket has gone, or never came to be. Once for each dial, the last fact of its link. */
  closed(link: number, code: number, reason: string): void
}

export interface Transport {
  /** Opens a socket for this link. An older one is abandoned. */
  dial(link: number): void
  /** Hands a frame to the link. One that is not open loses it and reports `closed`, if it has not yet. */
  send(link: number, frame: string): void
  /** Removes the socket's handlers, forgets it, then terminates it. `closed` does not follow. */
  abandon(link: number, code: number): void
  /** Abandons what is left and dials no more. */
  close(): void
}

export interface TransportOptions {
  /** Asked for anew at each dial when it is a function. */
  readonly url: string | URL | (() => string | URL | Promise<string | URL>)
  /** Default: the browser's own, in Node the one of `ws`. */
  readonly WebSocket?: WebSocketConstructor | undefined
  readonly events: TransportEvents
}

export type OpenTransport = (options: TransportOptions) => Transport

/** A browser's WebSocket, Node's own, that of `ws`, or anything of this shape. */
export type WebSocketConstructor = new (
  url: string,
  protocols?: string | string[],
  options?: SocketOptions,
) => WebSocketLike

/** What a `ws` is told beside; a browser's WebSocket takes no options and ignores them. */
export interface SocketOptions {
  readonly perMessageDeflate: false
  readonly followRedirects: false
  /** Largest message taken, in bytes. */
  readonly maxPayload: number
  /** The longest that `close` may lag behind a close frame or an error. */
  readonly closeTimeout: number
}

/** What is used of a WebSocket. */
export interface WebSocketLike {
  readonly readyState: number
  send(text: string): void
  close(code?: number, reason?: string): void
  addEventListener<T extends keyof SocketEvents>(type: T, listener: (event: SocketEvents[T]) => void): void
  removeEventListener<T extends keyof SocketEvents>(type: T, listener: (event: SocketEvents[T]) => void): void
  /** Drops the connection at once, as `ws` can and browsers cannot. */
  terminate?(): void
  on?<T extends keyof NodeEvents>(type: T, listener: (...event: NodeEvents[T]) => void): unknown
  off?<T extends keyof NodeEvents>(type: T, listener: (...event: NodeEvents[T]) => void): unknown
}

/** What `ws` tells beside, by `on`. */
export interface NodeEvents {
  readonly upgrade: unknown[]
  readonly message: [data: unknown, isBinary: boolean]
}

export interface SocketEvents {
  readonly open: unknown
  readonly message: { readonly data: unknown }
  readonly error: { readonly message?: string }
  readonly close: { readonly code: number; readonly reason: string }
}

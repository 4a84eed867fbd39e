/** How a client is made. */

import type { ClientType, Clock, Contract, Ids, Random, SentContent, Untyped, Vocabulary } from '@backchat/protocol'
import type { WebSocketConstructor } from '../transport/transport.js'
import type { Client } from './client.js'
import type { Tracing } from './tracing.js'

/**
 * Makes a client. It dials by itself, a macrotask later at the earliest, so that listeners can be added first.
 *
 * @throws TypeError when an option is not what it should be: a programmer's mistake.
 */
export interface CreateClient {
  /**
   * Makes a client that knows the contract, which `defineContract` returned: what it receives is parsed, everything is typed.
   *
   * @example
   * ```ts
   * const client = createClient({ url: 'wss://example.com/chat', contract: chat })
   * ```
   */
  <C extends Contract>(options: ClientOptions<C> & { readonly contract: C }): Client<C, 'parsed'>
  /**
   * Makes a client that knows the contract's type at most: what it receives has the shapes that travel, and nothing is
   * checked. Without any type, any type of message and any content may be said.
   *
   * @example
   * ```ts
   * const slim = createClient<typeof chat>({ url: 'wss://example.com/chat' })
   * const plain = createClient<{ text: { content: string; reply: string } }>({ url: 'wss://example.com/chat' })
   * const open = createClient({ url: 'wss://example.com/chat' })
   * ```
   */
  <C extends Vocabulary<C> = Untyped>(options: ClientOptions<C> & { readonly contract?: undefined }): Client<C, 'wire'>
}

export interface ClientOptions<C = Untyped> {
  /** Where the server listens, `ws:` or `wss:`; a function is asked at each dial. Never put a credential into it [P-1]. */
  readonly url: string | URL | (() => string | URL | Promise<string | URL>)
  /**
   * What `authenticate` on the server judges, at most 8 KiB. A function is asked when a token is needed: it is given
   * 10 s, never called twice at a time, and called again when it fails: at each dial, and before the token ends, when the
   * server says that it does. `undefined`: without a token, as a guest.
   */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** Milliseconds until a request settles, or a stream's longest silence. Default 30 000; more than 24 h is 24 h. */
  readonly timeout?: number | undefined
  /**
   * Makes the content of the `init` message, which the client sends first in every new session: on the first
   * connection and after each `reset`. Listeners of `client.on('init')` get the reply. Returns at once, no promise.
   */
  readonly init?: InitOption<C> | undefined
  /** Default: the platform's own; in Node that of `ws`. */
  readonly WebSocket?: WebSocketConstructor | undefined
  readonly limits?: ClientLimits | undefined
  /** Follows each call, as `tracing()` of `@backchat/client/tracing` does for OpenTelemetry. Default: nobody does. */
  readonly tracing?: Tracing | undefined
  /** For tests: time, chance and names. Default: the platform's. */
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly ids?: Ids | undefined
}

/** No contract with an `init` message, no option. */
type InitOption<C> = 'init' extends ClientType<C> ? () => InitContent<SentContent<C, 'init'>> : never

// biome-ignore lint/suspicious/noConfusingVoidType: a function that ends without a return says nothing, and may.
type InitContent<Content> = undefined extends Content ? Content | void : Content

/** How much a client holds. What is over a limit fails by name; nothing is dropped in silence. */
export interface ClientLimits {
  /** Requests waiting for a link. Default 2,000; then `QUEUE_FULL`. */
  readonly queue?: number | undefined
  /** Pushes of a type that nobody listens to yet. Default 256; then an `error` event for each. */
  readonly unheard?: number | undefined
  /** Settled messages that `explain` remembers. Default 256; the oldest are forgotten first. */
  readonly explained?: number | undefined
}

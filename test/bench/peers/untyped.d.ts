/** What is used of rpc-websockets, whose `exports` do not lead to its types. */
declare module 'rpc-websockets' {
  import type { EventEmitter } from 'node:events'
  import type { WebSocket } from 'ws'

  interface Params {
    readonly [name: string]: unknown
  }

  export class Server extends EventEmitter {
    constructor(options: { readonly port: number; readonly host: string })
    event(name: string): void
    emit(event: string, ...params: readonly unknown[]): boolean
    register(name: string, method: (params: Params, socket: string) => unknown): void
    of(namespace: string): { clients(): { readonly clients: ReadonlyMap<string, WebSocket> } }
  }

  export class Client extends EventEmitter {
    constructor(url: string, options: { readonly max_reconnects: number })
    call(method: string, params?: object, timeoutMs?: number): Promise<unknown>
    subscribe(event: string): Promise<unknown>
    setAutoReconnect(reconnect: boolean): void
    close(): void
  }
}

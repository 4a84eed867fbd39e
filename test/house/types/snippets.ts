/** Snippets as modules: each sees a client and a manager of every kind, and is judged by what the compiler finds in it. */
import type { Finding } from './compile.js'

/** A use that compiles. */
export interface RightUse {
  readonly use: string
  readonly code: string
}

/** A use that must not compile. The error must start between « and ». */
export interface WrongUse extends RightUse {
  /** Part of what the compiler says. */
  readonly says?: RegExp
}

/** The text of the module `surroundings`: what snippets may name. It is compiled once for all of them. */
export const surroundings = `
  import { createClient, defineContract } from '@backchat/client'
  import type { Message } from '@backchat/client'
  import { WebSocketManager } from '@backchat/server'
  import * as z from 'zod/mini'
  import { z as classic } from 'zod'
  import * as v from 'valibot'

  export { BackchatError, createClient, defineContract } from '@backchat/client'
  export type { Client, ClientOptions, Message, PendingRequest, StreamHandle } from '@backchat/client'
  export { memoryStore, WebSocketManager } from '@backchat/server'
  export type { Connection, ConnectionMiddleware, Handler, Manager, Middleware, Plugin, SendResult } from '@backchat/server'
  export { createServer } from 'node:http'
  export { createServer as createSecureServer } from 'node:https'
  export { z, classic, v }

  type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
  export declare function same<A, B>(proof: Same<A, B>): void

  export interface Plain {
    text: { content: string; reply: { n: number }; chunk: string }
    tick: { content: number; by: 'server' }
  }
  export const chat = defineContract({
    text: { content: z.object({ text: z.string() }), reply: z.object({ text: z.string() }), chunk: z.string(), failure: z.object({ reason: z.string() }) },
    init: { content: z.object({ since: z.number() }), reply: z.object({ history: z.array(z.string()) }), by: 'client' },
    read: { content: z.object({ upTo: z.string() }), by: 'client' },
    typing: {},
    day: { content: classic.iso.date().transform((text) => new Date(text)), reply: classic.iso.date().transform((text) => new Date(text)) },
    system: { content: z.object({ notice: z.string() }), by: 'server' },
    confirm: { content: z.object({ question: z.string() }), reply: z.object({ ok: z.boolean() }), by: 'server' },
  })
  export const url = 'wss://example.com/chat'
  export const client = createClient({ url, contract: chat })
  export const slim = createClient<typeof chat>({ url })
  export const plain = createClient<Plain>({ url })
  export const open = createClient({ url })
  export const manager = new WebSocketManager({
    port: 8787, contract: chat,
    authenticate: (token) => (token === undefined ? null : { id: token, role: 'admin' }),
    state: (connection) => ({ locale: 'en', role: connection.user.role }),
  })
  export const free = new WebSocketManager({ port: 8787 })
  export declare const error: unknown
  export declare const message: Message<'text', { text: string }>
`

/** All that comes before a snippet's code. */
const before = (imported: string) => `
  import {
    BackchatError, createClient, defineContract, memoryStore, WebSocketManager, createServer, createSecureServer, z, classic, v,
    same, chat, url, client, slim, plain, open, manager, free, error, message,
    type Client, type ClientOptions, type Message, type PendingRequest, type StreamHandle, type Plain,
    type Connection, type ConnectionMiddleware, type Handler, type Manager, type Middleware, type Plugin, type SendResult,
  } from './surroundings${imported}'
  export async function use() {
`

/** The module of a snippet, without its marks. `imported` is the extension of the files imported: `.js`, `.mjs`, `.cjs`. */
export const moduleOf = ({ code }: RightUse, imported: string): string =>
  `${before(imported)}${code.replace('«', '').replace('»', '')}\n}\n`

/** What is wrong with a snippet that should compile; undefined when it does. */
export function faultOfRight({ use }: RightUse, findings: readonly Finding[]): string | undefined {
  return findings.length === 0 ? undefined : `${use}: ${findings.map(({ message }) => message).join('\n')}`
}

/** What is wrong with a snippet that should not compile; undefined when it fails in its one place only. */
export function faultOfWrong(wrong: WrongUse, imported: string, findings: readonly Finding[]): string | undefined {
  const { use, code, says } = wrong
  const from = before(imported).length + code.indexOf('«')
  const to = before(imported).length + code.indexOf('»') - 1
  if (!code.includes('«') || to < from) return `${use}: no place is marked`
  if (findings.length === 0) return `${use}: it compiles`
  const astray = findings.filter(({ start }) => start < from || start >= to)
  if (astray.length > 0) return `${use}: another place is wrong: ${astray.map(({ message }) => message).join('\n')}`
  const said = findings.map(({ message }) => message).join('\n')
  return says === undefined || says.test(said) ? undefined : `${use}: the compiler says something else: ${said}`
}

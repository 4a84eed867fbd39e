/** Code blocks of a page as modules: word for word, wrapped just enough to compile on their own. */

export interface Block {
  /** Of the page, where the code begins. */
  readonly line: number
  readonly code: string
}

/** All that is marked as JavaScript or TypeScript. */
export const codeBlocks = (page: string): readonly Block[] =>
  [...page.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(({ 1: code = '', index }) => ({
    line: page.slice(0, index).split('\n').length + 1,
    code,
  }))

/** Imports stay outside, the rest goes into a function, where it may await, and say names again that the page has said before. */
export function shownBlock(code: string): string {
  const lines = code.split('\n')
  const isImport = (line: string) => line.startsWith('import ')
  const inside = lines.filter((line) => !isImport(line)).map((line) => line.replace(/^export (?=const )/, ''))
  if (inside.some((line) => line.startsWith('export '))) return code
  return `${lines.filter(isImport).join('\n')}\nexport async function block() {\n${inside.join('\n')}\n}\n`
}

/** What blocks may name that do not say themselves where it comes from. */
export const names = `
  import type { createServer as CreateServer, IncomingMessage, ServerResponse } from 'node:http'
  import type { Client, createClient as CreateClient, PendingRequest, Message } from '@backchat/client'
  import { defineContract } from '@backchat/client'
  import type { WebSocketManager as Manager } from '@backchat/server'
  import * as z from 'zod/mini'

  const contract = defineContract({
    text: { content: z.object({ text: z.string() }), reply: z.object({ text: z.string() }), chunk: z.string(), failure: z.object({ reason: z.string() }) },
    init: { reply: z.object({ history: z.array(z.string()) }), by: 'client' },
    read: { content: z.object({ upTo: z.string() }), by: 'client' },
    system: { content: z.object({ notice: z.string() }), by: 'server' },
    confirm: { content: z.object({ question: z.string() }), reply: z.object({ ok: z.boolean() }), failure: z.object({ reason: z.string() }), by: 'server' },
  })
  type Listener = (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  interface Express {
    use(listener: Listener): void
    use(path: string, listener: Listener): void
  }
  declare global {
    const chat: typeof contract
    const client: Client<typeof contract, 'parsed'>
    const manager: Manager
    const app: Express
    const createClient: typeof CreateClient
    const createServer: typeof CreateServer
    const WebSocketManager: typeof Manager
    const pending: PendingRequest<Message>
    const session: { readonly id: string }
    const url: string
    const id: string
    const port: number
    function fetchToken(): Promise<string>
    function logIn(): Promise<void>
    function show(what: string | number): void
    function draw(chunk: string): void
    function drawAll(history: readonly string[]): void
    function drawBubble(id: string): void
    function ask(question: string, signal: AbortSignal): Promise<boolean>
    function askThePerson(question: string, signal: AbortSignal): Promise<boolean>
    function remove(): Promise<void>
    function isAdmin(request: IncomingMessage): boolean
    function site(request: IncomingMessage, response: ServerResponse): void
    function model(text: string, signal: AbortSignal): AsyncIterable<string>
  }
`

/** As much of React as the pages use. */
export const react = `
  declare module 'react' {
    export function useSyncExternalStore<Snapshot>(subscribe: (listener: () => void) => () => void, getSnapshot: () => Snapshot): Snapshot
  }
`

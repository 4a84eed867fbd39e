/** The design's code blocks as modules: word for word, wrapped just enough to compile, once for each kind of contract. */
import { readFileSync } from 'node:fs'

/** One way to say what the messages are. */
interface Variant {
  /** The text of the module `chat`. */
  readonly contract: string
  /** What else must be written where the contract is given, or not given; left out: nothing. */
  readonly client?: (block: string) => string
  readonly server?: (block: string) => string
}

const [contractBlock = '', clientBlock = '', serverBlock = ''] = readFileSync(
  new URL('design.md', import.meta.url),
  'utf8',
)
  .split('```ts\n')
  .slice(1)
  .map((block) => block.split('```')[0] ?? '')

const defined = (schemas: string) => `import { defineContract } from '@backchat/protocol'\n${schemas}\n${contractBlock}`

const withoutContract = (block: string) => replaced(block, 'contract: chat, ', '')

const variants: Readonly<Record<string, Variant>> = {
  mini: { contract: defined(`import * as z from 'zod/mini'`) },
  zod: { contract: defined(`import { z } from 'zod'`) },
  // Its `object`, `string`, `array` and `boolean` have the names that zod gives them.
  valibot: { contract: defined(`import * as z from 'valibot'`) },
  plain: {
    contract: `
      interface Chat {
        text: { content: { text: string }; reply: { text: string }; chunk: string; failure: { reason: string } }
        init: { reply: { history: string[] }; by: 'client' }
        rename: { content: { title: string }; reply: { ok: boolean }; by: 'client'; idempotent: true }
        read: { content: { upTo: string }; by: 'client' }
        system: { content: { notice: string }; by: 'server' }
        response: { content: { text: string }; by: 'server' }
        confirm: { content: { question: string }; reply: { ok: boolean }; by: 'server' }
      }
      export declare const chat: Chat`,
    client: (block) => replaced(withoutContract(block), 'createClient({', 'createClient<typeof chat>({'),
    server: (block) =>
      replaced(
        withoutContract(block),
        'new WebSocketManager({',
        'new WebSocketManager<typeof chat, { id: string; role: string; expiresAt: Date }, { locale: string }>({',
      ),
  },
  none: {
    contract: `import type { Untyped } from '@backchat/protocol'\nexport declare const chat: Untyped`,
    client: withoutContract,
    server: withoutContract,
  },
}

/** The blocks of all variants, by module name. `extension` is that of the files imported: `.js`, `.mjs`, `.cjs`. */
export function designModules(extension: string): ReadonlyMap<string, string> {
  const modules = Object.entries(variants).flatMap(([name, variant]) => {
    const chat = `import { chat } from './design-${name}-contract${extension}'\n`
    return [
      [`design-${name}-contract`, variant.contract],
      [`design-${name}-client`, chat + clientModule(variant.client?.(clientBlock) ?? clientBlock)],
      [`design-${name}-server`, chat + serverModule(variant.server?.(serverBlock) ?? serverBlock)],
    ] as const
  })
  return new Map(modules)
}

const names = `
declare function show(what: string | number): void
declare const signal: AbortSignal
declare const timeout: number
`

function clientModule(block: string): string {
  const elided = `client.events.on('status' | 'gap' | 'reset' | 'trace' | 'error', …)`
  const events = `
    client.events.on('status', (status) => show(status.state))
    client.events.on('gap', ({ from, to }) => show(to - from))
    client.events.on('reset', ({ reason }) => show(reason))
    client.events.on('trace', ({ id, stage, atMs }) => show(id + stage + atMs))
    client.events.on('error', (error) => show(error.code))`
  return `${names}
    declare const url: string
    declare const content: { text: string }
    declare function fetchToken(): Promise<string>
    declare function draw(chunk: string): void
    declare function render(history: readonly string[]): void
    declare function listener(): void
    declare const id: string
    ${wrapped(replaced(replaced(block, elided, events), 'client.explain(id)', 'client.explain(id)?.stage'))}`
}

function serverModule(block: string): string {
  return `${names}
    import type { Server } from 'node:http'
    declare const httpServer: Server
    declare const expiresAt: Date
    declare const connectionId: string, sessionId: string, userId: string, except: string
    declare const m: { type: 'system'; content: { notice: string } }
    declare function rename(title: string): Promise<boolean>
    declare function model(text: string, signal: AbortSignal): AsyncIterable<string>
    ${wrapped(replaced(block, '(error, context) => …', '(error, context) => show(error.code)'))}`
}

/** Imports stay outside, the rest goes into a function: CommonJS has no top-level await. */
function wrapped(block: string): string {
  const lines = block.split('\n')
  const isImport = (line: string) => line.startsWith('import ')
  const inside = lines.filter((line) => !isImport(line)).join('\n')
  return `${lines.filter(isImport).join('\n')}\nexport async function block() {\n${inside}\n}\n`
}

/** Fails when there is nothing to replace, so that a changed block is noticed. */
function replaced(block: string, part: string, by: string): string {
  if (!block.includes(part)) throw new Error(`The design's block does not hold: ${part}`)
  return block.replace(part, () => by)
}

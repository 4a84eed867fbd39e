/** What a contract says of what a client sends and receives. A contract brings this along, so that a client without one does not load it. */

import type { Contract } from './contract.js'
import type { RequestMode } from './frames.js'
import { issuesInWords, parseWith } from './parse-with.js'
import type { StandardSchemaV1 } from './vocabulary.js'

/** What a receiver makes of a value, or what is wrong with it. */
export type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: string }

export interface ContractCheck {
  /** What is wrong with a message that the application wants to send; nothing if it may go. */
  sending(type: string, mode: RequestMode, content: unknown): string | undefined
  /** Of a reply that came, or one that is to go. */
  reply(type: string, content: unknown): Checked
  chunk(type: string, content: unknown): Checked
  failure(type: string, content: unknown): Checked
  push(type: string, content: unknown): Checked
}

/** Asks a contract that finds nothing under a name that is not its own. */
export function contractCheck(contract: Contract): ContractCheck {
  const of = (part: 'reply' | 'chunk' | 'failure') => (type: string, content: unknown) =>
    check(contract[type]?.[part], content)
  return {
    sending: (type, mode, content) => sending(contract, type, mode, content),
    reply: of('reply'),
    chunk: of('chunk'),
    failure: of('failure'),
    push: (type, content) => push(contract, type, content),
  }
}

function sending(contract: Contract, type: string, mode: RequestMode, content: unknown): string | undefined {
  const definition = contract[type]
  if (definition === undefined) return `The contract has no message type '${type}'.`
  if (definition.by === 'server') return `By the contract only the server may say '${type}'.`
  if (mode === 'request' && !definition.reply) return `By the contract '${type}' has no reply: use send().`
  if (mode === 'stream' && !definition.chunk) return `By the contract '${type}' has no chunk: use request().`
  const checked = check(definition.content, content)
  return checked.ok ? undefined : `The content of '${type}' is not what the contract says: ${checked.issues}.`
}

function push(contract: Contract, type: string, content: unknown): Checked {
  const definition = contract[type]
  if (definition === undefined) return { ok: false, issues: `it has no message type '${type}'` }
  if (definition.by === 'client') return { ok: false, issues: 'only the client may say it' }
  return check(definition.content, content)
}

/** What has no schema says nothing, and its receiver sees null. */
function check(schema: StandardSchemaV1 | undefined, content: unknown): Checked {
  if (schema === undefined) {
    return content === undefined || content === null
      ? { ok: true, value: null }
      : { ok: false, issues: 'it says nothing, so its content is left out' }
  }
  const parsed = parseWith(schema, content)
  return parsed.ok ? parsed : { ok: false, issues: issuesInWords(parsed.issues) }
}

/** What a contract says of what a client sends and receives. A contract brings this along, so that a client without one does not load it. */

import type { Contract } from './contract.js'
import type { RequestMode } from './frames.js'
import { issuesInWords, type Parsed, parseWith } from './parse-with.js'

/** What a receiver makes of a value, or in one sentence what is wrong with it. */
export type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string }

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
  const check = (part: Part) => (type: string, content: unknown) => checked(contract, type, part, content)
  return {
    sending: (type, mode, content) => sending(contract, type, mode, content),
    reply: check('reply'),
    chunk: check('chunk'),
    failure: check('failure'),
    push: (type, content) => push(contract, type, content),
  }
}

type Part = 'content' | 'reply' | 'chunk' | 'failure'

function sending(contract: Contract, type: string, mode: RequestMode, content: unknown): string | undefined {
  const definition = contract[type]
  if (definition === undefined) return unknown(type)
  if (definition.by === 'server') return `By the contract only the server may say '${type}'.`
  if (mode === 'request' && !definition.reply) return `By the contract '${type}' has no reply: use send().`
  if (mode === 'stream' && !definition.chunk) return `By the contract '${type}' has no chunk: use request().`
  const sent = checked(contract, type, 'content', content)
  return sent.ok ? undefined : sent.reason
}

function push(contract: Contract, type: string, content: unknown): Checked {
  const definition = contract[type]
  if (definition === undefined) return { ok: false, reason: unknown(type) }
  if (definition.by === 'client') return { ok: false, reason: `By the contract only the client may say '${type}'.` }
  return checked(contract, type, 'content', content)
}

function checked(contract: Contract, type: string, part: Part, value: unknown): Checked {
  const schema = contract[type]?.[part]
  const parsed = schema === undefined ? nothing(value) : parseWith(schema, value)
  if (parsed.ok) return parsed
  const issues = issuesInWords(parsed.issues)
  return { ok: false, reason: `The ${part} of '${type}' is not what the contract says: ${issues}.` }
}

/** What has no schema says nothing, and its receiver sees null. */
const nothing = (value: unknown): Parsed<null> =>
  value === undefined || value === null
    ? { ok: true, value: null }
    : { ok: false, issues: [{ message: 'it says nothing, so its content is left out', path: [] }] }

const unknown = (type: string): string => `The contract has no message type '${type}'.`

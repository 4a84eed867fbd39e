/** What the contract says of what is sent and what is received. Without one everything passes, as it is. */

import {
  type Contract,
  definitionOf,
  issuesInWords,
  type JsonValue,
  type MessageDefinition,
  parseWith,
  type RequestMode,
  reservedTypes,
  type StandardSchemaV1,
} from '@backchat/protocol'

/** What a receiver makes of a value, or what is wrong with it. */
export type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: string }

/** Whether it names a local event, or all pushes. */
export const isReserved = (type: string): boolean => reservedTypes.some((reserved) => reserved === type)

export class ContractCheck {
  readonly #contract: Contract | undefined

  constructor(contract: Contract | undefined) {
    this.#contract = contract
  }

  /** What is wrong with a message that the application wants to send; nothing if it may go. */
  sending(type: string, mode: RequestMode, content: unknown): string | undefined {
    if (typeof type !== 'string' || type === '' || isReserved(type)) return `No message type is called '${type}'.`
    if (this.#contract === undefined) return undefined
    const definition = this.#find(type)
    if (definition === undefined) return `The contract has no message type '${type}'.`
    if (definition.by === 'server') return `By the contract only the server may say '${type}'.`
    if (mode === 'request' && !definition.reply) return `By the contract '${type}' has no reply: use send().`
    if (mode === 'stream' && !definition.chunk) return `By the contract '${type}' has no chunk: use request().`
    const checked = check(definition.content, content)
    return checked.ok ? undefined : `The content of '${type}' is not what the contract says: ${checked.issues}.`
  }

  /** Of a reply that came, or one that is to go. */
  reply(type: string, content: unknown): Checked {
    return this.#receive(type, 'reply', content)
  }

  chunk(type: string, content: JsonValue): Checked {
    return this.#receive(type, 'chunk', content)
  }

  failure(type: string, content: unknown): Checked {
    return this.#receive(type, 'failure', content)
  }

  push(type: string, content: JsonValue): Checked {
    if (this.#contract === undefined) return { ok: true, value: content }
    const definition = this.#find(type)
    if (definition === undefined) return { ok: false, issues: `it has no message type '${type}'` }
    if (definition.by === 'client') return { ok: false, issues: 'only the client may say it' }
    return check(definition.content, content)
  }

  #receive(type: string, part: 'reply' | 'chunk' | 'failure', content: unknown): Checked {
    if (this.#contract === undefined) return { ok: true, value: content }
    return check(this.#find(type)?.[part], content)
  }

  #find(type: string): MessageDefinition | undefined {
    return this.#contract && definitionOf(this.#contract, type)
  }
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

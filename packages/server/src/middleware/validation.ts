/** What the contract says of a message's content: what comes is parsed, what goes is checked and travels as it is. */

import {
  type Contract,
  isReserved,
  issuesInWords,
  type MessageDefinition,
  parseWith,
  type Side,
} from '@backchat/protocol'

/** The content as its receiver holds it, or one sentence about what is wrong. */
export type Checked = { readonly ok: true; readonly content: unknown } | { readonly ok: false; readonly reason: string }

/** The definition of a type, if `side` may send it. */
export const definitionFor = (contract: Contract, type: string, side: Side): MessageDefinition | undefined => {
  // Types come from the network, and a contract may be a plain object with a prototype.
  const definition = Object.hasOwn(contract, type) ? contract[type] : undefined
  return definition?.by === undefined || definition.by === side ? definition : undefined
}

/** Why nothing can be said under that type; undefined when something can. */
export const typeProblem = (type: unknown): string | undefined => {
  if (typeof type !== 'string' || type === '') return 'A message needs a type that is a string and not empty.'
  return isReserved(type) ? `'${type}' is the name of a local event: no message type can be called so.` : undefined
}

/** Judges content by the contract; without a contract there is nothing to judge. */
export const checkContent = (contract: Contract | undefined, type: string, side: Side, content: unknown): Checked => {
  if (contract === undefined) return { ok: true, content }
  const definition = definitionFor(contract, type, side)
  if (definition === undefined)
    return { ok: false, reason: `The contract has no type '${type}' that the ${side} may send.` }
  if (definition.content === undefined) return { ok: true, content: null }
  const parsed = parseWith(definition.content, content)
  if (parsed.ok) return { ok: true, content: parsed.value }
  return {
    ok: false,
    reason: `The content of '${type}' is not what the contract says: ${issuesInWords(parsed.issues)}`,
  }
}

/** Judges what a client answered when the server asked. */
export const checkReply = (contract: Contract | undefined, type: string, content: unknown): Checked => {
  if (contract === undefined) return { ok: true, content }
  const schema = definitionFor(contract, type, 'server')?.reply
  if (schema === undefined) return { ok: true, content: null }
  const parsed = parseWith(schema, content)
  if (parsed.ok) return { ok: true, content: parsed.value }
  return {
    ok: false,
    reason: `The client's answer to '${type}' is not what the contract says: ${issuesInWords(parsed.issues)}`,
  }
}

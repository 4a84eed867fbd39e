/** The contract: every message type that exists between a client and a server, with its schemas. */

import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type ContractCheck, contractCheck } from './contract-check.js'
import type { Sent, Side } from './vocabulary.js'

/**
 * One message type. Every value is a [Standard Schema](https://standardschema.dev) (zod, zod/mini, valibot, …) that
 * validates synchronously and takes JSON: the sender's value travels as it is, the receiver parses it once.
 */
export interface MessageDefinition {
  /** What the message says. Left out: it says nothing, and its receiver sees `null`. */
  readonly content?: StandardSchemaV1
  /** What its handler answers. Needed by `request`. */
  readonly reply?: StandardSchemaV1
  /** One piece of a streamed answer. Needed by `stream`. */
  readonly chunk?: StandardSchemaV1
  /** What its handler says when it refuses on purpose: `throw context.failure(…)`, `client.isFailure(error, type)`. */
  readonly failure?: StandardSchemaV1
  /** Who may send it. Default: both. */
  readonly by?: Side
  /** It may be run again when nobody can know whether it ran. Default: false. */
  readonly idempotent?: boolean
}

/** Message types by name. What {@link defineContract} returns is one, without a prototype. */
export interface Contract {
  readonly [type: string]: MessageDefinition
}

/** Names of local events and of "all pushes": no message type can have them. */
export const reservedTypes = ['status', 'gap', 'reset', 'trace', 'error', '*'] as const

export type ReservedType = (typeof reservedTypes)[number]

export const isReserved = (type: string): type is ReservedType => reservedTypes.some((reserved) => reserved === type)

/**
 * Says what clients and servers may tell each other. Closed: no other message type exists.
 *
 * @example
 * ```ts
 * import * as z from 'zod/mini'
 *
 * export const chat = defineContract({
 *   text: { content: z.object({ text: z.string() }), reply: z.object({ text: z.string() }), chunk: z.string() },
 *   system: { content: z.object({ notice: z.string() }), by: 'server' },
 * })
 * ```
 * @throws TypeError that names the type and the field when the definition is not one.
 */
export function defineContract<const Definition extends Contract>(
  definition: Definition & Sound<Definition>,
): Definition {
  if (!isRecord(definition)) throw new TypeError(`A contract is an object of message types, not ${kindOf(definition)}.`)
  // No prototype: a name that comes from outside, like `__proto__` or `constructor`, finds nothing.
  const contract: Record<string, MessageDefinition> = Object.create(null)
  for (const [type, entry] of Object.entries<MessageDefinition>(definition)) {
    checkType(type)
    checkEntry(type, entry)
    contract[type] = Object.freeze({ ...entry })
  }
  Object.defineProperty(contract, checkKey, { value: contractCheck(contract) })
  return Object.freeze(contract) as Definition
}

/** Known to every copy of this package: a contract may come from another one than the client. */
const checkKey = Symbol.for('backchat.contract')

/** What a client asks its contract; `undefined` when {@link defineContract} did not make it. */
export const checkOf = (contract: Contract): ContractCheck | undefined => Reflect.get(contract, checkKey)

/** The definition of a message type that the other side named; `undefined` when the contract has none. */
export function definitionOf(contract: Contract, type: string): MessageDefinition | undefined {
  return Object.hasOwn(contract, type) ? contract[type] : undefined
}

// ---- what is checked when it is defined ----

const schemaFields = ['content', 'reply', 'chunk', 'failure'] as const
const fields: readonly string[] = ['content', 'reply', 'chunk', 'failure', 'by', 'idempotent']

function checkType(type: string): void {
  if (type === '' || type === '__proto__' || isReserved(type)) {
    throw new TypeError(`No message type can be called '${type}': choose another name in the contract.`)
  }
}

function checkEntry(type: string, entry: MessageDefinition): void {
  if (!isRecord(entry)) {
    throw new TypeError(
      `The contract's '${type}' is ${kindOf(entry)}: write { content, reply, … }, or {} for a bare signal.`,
    )
  }
  for (const field of Object.keys(entry)) {
    if (!fields.includes(field)) {
      throw new TypeError(`The contract's '${type}' has an unknown field '${field}'; there are ${fields.join(', ')}.`)
    }
  }
  for (const field of schemaFields) checkSchema(`${type}.${field}`, entry[field])
  if (entry.by !== undefined && entry.by !== 'client' && entry.by !== 'server') {
    throw new TypeError(`The contract's '${type}.by' is 'client', 'server' or left out, not ${String(entry.by)}.`)
  }
  if (entry.idempotent !== undefined && typeof entry.idempotent !== 'boolean') {
    throw new TypeError(
      `The contract's '${type}.idempotent' is true, false or left out, not ${kindOf(entry.idempotent)}.`,
    )
  }
}

function checkSchema(where: string, schema: StandardSchemaV1 | undefined): void {
  if (schema === undefined) return
  // ArkType's schemas are functions.
  if ((isRecord(schema) || typeof schema === 'function') && typeof schema['~standard']?.validate === 'function') {
    if (!('async' in schema && schema.async === true)) return
    throw new TypeError(`The contract's '${where}' validates asynchronously; a contract needs synchronous schemas.`)
  }
  throw new TypeError(
    `The contract's '${where}' is no Standard Schema (it has no '~standard'); zod, valibot and others make one.`,
  )
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : value === undefined ? 'undefined' : `a ${typeof value}`

// ---- what is checked when it is compiled ----

/** What a sound definition also is: no reserved name, no unknown field, nothing that JSON cannot carry. */
type Sound<Definition> = {
  readonly [Type in keyof Definition]: Type extends ReservedType
    ? `'${Type}' is reserved: no message type can be called so`
    : { readonly [Name in keyof Definition[Type]]: SoundField<Name, Definition[Type][Name]> }
}

type SoundField<Name, Value> = Name extends 'by' | 'idempotent'
  ? Value
  : Name extends keyof MessageDefinition
    ? Sent<Value> extends JsonLike<Sent<Value>>
      ? Value
      : 'what the sender writes must be JSON: dates, maps and the like travel as strings or arrays, and a schema may make them again'
    : `there is no such field: content, reply, chunk, failure, by, idempotent`

/**
 * The same type when JSON can carry it; what it cannot carry becomes `never`. An `undefined` field is left out by JSON.
 * Looks as deep as `Levels` is long, because types may be recursive.
 */
type JsonLike<Value, Levels extends readonly unknown[] = [1, 2, 3, 4, 5, 6]> = unknown extends Value
  ? Value
  : Value extends null | undefined | boolean | number | string
    ? Value
    : // biome-ignore lint/complexity/noBannedTypes: any function at all is meant, and none can travel.
      Value extends Function | symbol | bigint
      ? never
      : Levels extends readonly [unknown, ...infer Deeper]
        ? { readonly [Key in keyof Value]: JsonLike<Value[Key], Deeper> }
        : Value

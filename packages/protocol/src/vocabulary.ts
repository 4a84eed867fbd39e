/** What a contract means for types: who may say what, and the shape it has for the one who sends and for the one who receives. */

import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Message } from './message.js'

export type { StandardSchemaV1 } from '@standard-schema/spec'

/** Who may send a message type. */
export type Side = 'client' | 'server'

/**
 * What a receiver holds in its hands: `parsed`, what the schema made of it, when it has the contract at run time;
 * `wire`, what travelled, when it only knows the contract's types. For plain types both are the same.
 */
export type View = 'wire' | 'parsed'

/**
 * One message type, as types see it. Each value is a Standard Schema or, where no contract exists at run time, a plain
 * type: `createClient<{ text: { content: { text: string }; reply: { text: string } } }>({ url })`.
 */
export interface Entry {
  readonly content?: unknown
  readonly reply?: unknown
  readonly chunk?: unknown
  readonly failure?: unknown
  readonly by?: Side
  readonly idempotent?: boolean
}

/** What a contract's type looks like; a constraint that interfaces meet too: `C extends Vocabulary<C>`. */
export type Vocabulary<C> = { readonly [Type in keyof C]: Entry }

// biome-ignore lint/suspicious/noExplicitAny: without a contract nothing is known, and `message.content.notice` must compile in a first trial; the only `any` of the library.
export type Anything = any

/** The vocabulary without a contract: any type, any content. Every contract is one, so what is written for it serves all. */
export interface Untyped {
  readonly [type: string]: {
    readonly content?: Anything
    readonly reply?: Anything
    readonly chunk?: Anything
    readonly failure?: Anything
  }
}

// ---- one value ----

/** What the sender writes: it travels as it is. */
export type Sent<Value> = [Value] extends [StandardSchemaV1] ? StandardSchemaV1.InferInput<Value> : Value

/** What the receiver gets. */
export type Received<Value, V extends View> = [Value] extends [StandardSchemaV1]
  ? V extends 'parsed'
    ? StandardSchemaV1.InferOutput<Value>
    : StandardSchemaV1.InferInput<Value>
  : Value

/** The field of a message type's entry; `Missing` when the entry has none. */
type Field<C, Type, Name extends keyof Entry, Missing> = Type extends keyof C
  ? Name extends keyof C[Type]
    ? C[Type][Name]
    : Missing
  : Missing

// ---- what one message type carries ----

export type SentContent<C, Type> = Sent<Field<C, Type, 'content', null | undefined>>
export type SentReply<C, Type> = Sent<Field<C, Type, 'reply', null | undefined>>
export type SentChunk<C, Type> = Sent<Field<C, Type, 'chunk', never>>
/** Of a union of types: what any of them may say. */
export type SentFailure<C, Type> = Type extends unknown ? Sent<Field<C, Type, 'failure', never>> : never

export type ReceivedContent<C, Type, V extends View> = Received<Field<C, Type, 'content', null>, V>
export type ReceivedReply<C, Type, V extends View> = Received<Field<C, Type, 'reply', null>, V>
export type ReceivedChunk<C, Type, V extends View> = Received<Field<C, Type, 'chunk', never>, V>
export type ReceivedFailure<C, Type, V extends View> = Received<Field<C, Type, 'failure', never>, V>

/** The arguments after a message type: the content may be left out where it may be `undefined` or does not exist. */
export type ContentArguments<C, Type, Options> =
  undefined extends SentContent<C, Type>
    ? [content?: SentContent<C, Type>, options?: Options]
    : [content: SentContent<C, Type>, options?: Options]

// ---- which message types there are ----

type SaidBy<E> = E extends { readonly by: infer By } ? By : Side

/** The types that this side may send and whose entries have all the fields named. */
export type TypeSaidBy<C, By extends Side, Needed extends keyof Entry = never> = {
  [Type in keyof C & string]: By extends SaidBy<C[Type]> ? ([Needed] extends [keyof C[Type]] ? Type : never) : never
}[keyof C & string]

/** What a client may send. */
export type ClientType<C> = TypeSaidBy<C, 'client'>
/** What a server may send. */
export type ServerType<C> = TypeSaidBy<C, 'server'>

// ---- messages as they are received ----

/** A received message of this type; of a union of types, the union of their messages, told apart by `type`. */
export type MessageOf<C, Type extends string, V extends View> = Type extends string
  ? Message<Type, ReceivedContent<C, Type, V>>
  : never

/** The reply to a request of this type. */
export type ReplyTo<C, Type, V extends View> = Message<'response', ReceivedReply<C, Type, V>>

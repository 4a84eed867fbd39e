/** JSON as a value and as text already encoded: a payload is encoded once, by its author, and spliced into frames. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export type JsonObject = { readonly [key: string]: JsonValue }

declare const encoded: unique symbol

/** JSON text. Only {@link toJson} and a store that read it back make one. */
export type Json = string & { readonly [encoded]: true }

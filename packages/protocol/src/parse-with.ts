/** A value judged by a schema, once, by its receiver: the result is a value, whatever the schema does. */

import type { StandardSchemaV1 } from '@standard-schema/spec'
import { inWords } from './in-words.js'

/** What is wrong with a value, and where. */
export interface Issue {
  readonly message: string
  /** From the outside in; empty for the value itself. */
  readonly path: readonly (string | number)[]
}

export type Parsed<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** As many issues are kept; the rest of a hostile value is not worth the memory. */
const mostIssues = 16

/**
 * Validates a value that came from outside. Never throws and never waits: a schema that throws, or that answers
 * later, refuses the value and says why in its one issue.
 */
export function parseWith<Schema extends StandardSchemaV1>(
  schema: Schema,
  value: unknown,
): Parsed<StandardSchemaV1.InferOutput<Schema>> {
  try {
    const result = schema['~standard'].validate(value)
    if ('then' in result) {
      // Whatever it comes to is of no use; a rejection must not end the process.
      result.then(ignore, ignore)
      return refused('the schema answers asynchronously')
    }
    return result.issues === undefined
      ? { ok: true, value: result.value as StandardSchemaV1.InferOutput<Schema> }
      : { ok: false, issues: result.issues.slice(0, mostIssues).map(issueOf) }
  } catch (error) {
    return refused(`the schema threw: ${inWords(error)}`)
  }
}

/** The issues in one line: `text: expected a string; items.0: too small`. */
export function issuesInWords(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ')
}

const ignore = (): void => {}

const refused = (message: string): { readonly ok: false; readonly issues: readonly Issue[] } => ({
  ok: false,
  issues: [{ message, path: [] }],
})

const issueOf = ({ message, path = [] }: StandardSchemaV1.Issue): Issue => ({
  message,
  path: path.map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'symbol' ? String(key) : key
  }),
})

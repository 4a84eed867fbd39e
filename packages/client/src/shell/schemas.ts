/** Small Standard Schemas, so that tests of the client need no library of schemas. Tests only. */

import type { StandardSchemaV1 } from '@backchat/protocol'

type Result<Output> = StandardSchemaV1.Result<Output>

function schema<Input, Output = Input>(validate: (value: unknown) => Result<Output>): StandardSchemaV1<Input, Output> {
  return { '~standard': { version: 1, vendor: 'tests', validate } }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const wrong = (path?: string) => ({
  issues: [{ message: 'expected a string', path: path === undefined ? [] : [path] }],
})

export const text = schema<string>((value) => (isText(value) ? { value } : wrong()))

/** Digits travel, a number arrives. */
export const digits = schema<string, number>((value) => (isText(value) ? { value: Number(value) } : wrong()))

/** `{ [field]: string }`, and nothing beside it arrives. */
export const record = <Field extends string>(field: Field) =>
  schema<Record<Field, string>>((value) => {
    const given: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
    return isText(given) ? { value: { [field]: given } as Record<Field, string> } : wrong(field)
  })

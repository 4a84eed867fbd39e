/** Compares what a store answered with what it should have, and says where they differ. */

/** Both are the same in every field. */
export const same = (actual: unknown, expected: unknown, what: string): void => {
  const difference = differenceOf(actual, expected, 'whole')
  if (difference !== undefined) throw new Error(`${what}: ${difference}`)
}

/** Every field that is expected is there; others do not matter. */
export const like = (actual: unknown, expected: unknown, what: string): void => {
  const difference = differenceOf(actual, expected, 'part')
  if (difference !== undefined) throw new Error(`${what}: ${difference}`)
}

/** Where two values differ first; undefined when they do not. With `part`, fields that are not expected are left aside. */
export const differenceOf = (actual: unknown, expected: unknown, by: 'whole' | 'part', at = ''): string | undefined => {
  if (!isObject(actual) || !isObject(expected)) {
    return Object.is(actual, expected) ? undefined : `${at || 'it'} is ${show(actual)}, not ${show(expected)}`
  }
  if (Array.isArray(actual) !== Array.isArray(expected))
    return `${at || 'it'} is ${show(actual)}, not ${show(expected)}`
  const keys = by === 'whole' || Array.isArray(expected) ? { ...actual, ...expected } : expected
  for (const key of Object.keys(keys)) {
    const difference = differenceOf(actual[key], expected[key], by, `${at}.${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`
}

/** Calls what is not ours, and does not wait for it: what it throws, or its promise rejects with, is told and stops nothing else. */

export const isolated = (call: () => unknown, failed: (cause: unknown) => void): void => {
  try {
    const result = call()
    if (isPromise(result)) Promise.resolve(result).catch(failed)
  } catch (cause) {
    failed(cause)
  }
}

/** What is needed now. @throws TypeError when it is a promise, whose own failure is nobody's then. */
export const atOnce = <Value>(value: Value, what: string): Value => {
  if (!isPromise(value)) return value
  Promise.resolve(value).catch(() => {})
  throw new TypeError(`${what} at once, not a promise of it.`)
}

/** Of ours or of a library. */
const isPromise = (result: unknown): result is PromiseLike<unknown> =>
  typeof result === 'object' && result !== null && 'then' in result

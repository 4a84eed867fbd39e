/** Whatever was thrown, in words: anything can be thrown, and may throw again when it is looked at. */

/** The message of an error, any other value as a string. Never throws. */
export function inWords(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return 'something that cannot be read'
  }
}

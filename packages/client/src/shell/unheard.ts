/** Errors that no listener takes are shown where the platform shows such things. Nothing stops because of them. */
export function showUnheard(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  else if (typeof process === 'object') process.emitWarning(error instanceof Error ? error : String(error))
}

/** What an application's part says, unless it throws: where nothing depends on it. */
export function guarded<Said>(ask: () => Said): Said | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/** Properties draw the same values in every run, for a short time each; a mutant that fails one is dead, and nobody needs its smallest example. */
import fc from 'fast-check'

declare global {
  /** Stryker's own. */
  var __stryker__: { activeMutant?: string | undefined } | undefined
}

// The thread has served another mutant, which is on until tests begin; but test files are to be loaded without any.
if (globalThis.__stryker__ !== undefined) globalThis.__stryker__.activeMutant = undefined

// One that has no time for a single try fails, and would kill what it never tried: not too short, then.
const longestMs = Number(process.env['BACKCHAT_PROPERTY_MS'] ?? 2_000)

fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: longestMs })

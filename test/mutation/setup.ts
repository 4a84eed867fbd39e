/** Properties draw the same values in every run, for a short time each; a mutant that fails one is dead, and nobody needs its smallest example. */
import fc from 'fast-check'

// One that has no time for a single try fails, and would kill what it never tried: not too short, then.
const longestMs = Number(process.env['BACKCHAT_PROPERTY_MS'] ?? 2_000)

fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: longestMs })

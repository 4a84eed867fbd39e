/** Properties draw the same values in every run, for a short time each; a mutant that fails one is dead, and nobody needs its smallest example. */
import fc from 'fast-check'

const longestMs = Number(process.env['BACKCHAT_PROPERTY_MS'] ?? 500)

fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: longestMs })

/** Properties draw the same values in every run, and a mutant that fails one is dead: nobody needs its smallest example. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 1, endOnFailure: true })

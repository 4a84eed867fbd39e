/** Bugs to plant, by name, that the simulator must find, or it is decoration. Those that it cannot see stand in `direct.ts`. */

import { clientMutants } from './client-mutants.js'
import type { Mutants } from './mutant.js'
import { serverMutants } from './server-mutants.js'
import { storeMutants } from './store-mutants.js'

export const mutants: Mutants = { ...storeMutants, ...serverMutants, ...clientMutants }

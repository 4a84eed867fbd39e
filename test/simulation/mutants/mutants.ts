/** Bugs to plant, by name, that the simulator must find, or it is decoration. Those that it cannot see stand in `direct-mutants.ts`. */

import { deliveryMutants } from './delivery-mutants.js'
import { linkMutants } from './link-mutants.js'
import type { Mutants } from './mutant.js'
import { requestMutants } from './request-mutants.js'
import { serverMutants } from './server-mutants.js'
import { storeMutants } from './store-mutants.js'

export const mutants: Mutants = {
  ...storeMutants,
  ...serverMutants,
  ...linkMutants,
  ...requestMutants,
  ...deliveryMutants,
}

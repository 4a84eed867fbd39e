/** Bugs to plant, by name. Each must be found, or the simulator is decoration. */

import type { Mutation } from '../world.js'

export const mutants: Readonly<Record<string, Mutation>> = {}

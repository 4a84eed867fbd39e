/** A bug to plant: of which kind it is, among those that real systems had, and where it stands in ours. */

import type { Mutation } from '../world.js'

export interface Mutant extends Mutation {
  readonly kind: string
}

export type Mutants = Readonly<Record<string, Mutant>>

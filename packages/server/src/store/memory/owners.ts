/** Owners that have not ended, in memory. */

import type { Owner } from '../operations.js'
import type { Lease, OwnerTable } from '../tables.js'

export class OwnersInMemory implements OwnerTable {
  readonly #leases = new Map<Owner, Lease>()

  get(owner: Owner): Lease | undefined {
    return this.#leases.get(owner)
  }

  all(): Iterable<Lease> {
    return this.#leases.values()
  }

  set(lease: Lease): void {
    this.#leases.set(lease.owner, lease)
  }

  remove(owner: Owner): void {
    this.#leases.delete(owner)
  }

  /** All owners are of this process. */
  isGone(): boolean {
    return false
  }
}

/** Owners and their leases [P-35]: who has ended never comes back, and what it held and ran is without it from then on. */

import type { EnlistOperation, Owner } from './operations.js'
import type { Lease, Tables } from './tables.js'

export class Owners {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  enlist({ owner, node, leaseMs }: EnlistOperation, now: number): void {
    if (node !== undefined) {
      for (const lease of [...this.#tables.owners.all()]) if (lease.node === node) this.#endOther(lease, owner, now)
    }
    this.#tables.owners.set({ owner, node, until: now + leaseMs })
  }

  /** False when this owner has ended. One whose lease ran out lives on if nobody has looked meanwhile. */
  renew(owner: Owner, leaseMs: number, now: number): boolean {
    const lease = this.#tables.owners.get(owner)
    if (lease === undefined) return false
    this.#tables.owners.set({ ...lease, until: now + leaseMs })
    return true
  }

  retire(owner: Owner, now: number): void {
    const lease = this.#tables.owners.get(owner)
    if (lease !== undefined) this.#end(lease, now)
  }

  /** Whether this owner may write. It may until it has ended, even if its lease ran out. */
  hasEnded(owner: Owner): boolean {
    return this.#tables.owners.get(owner) === undefined
  }

  /** Whether another owner lives, as somebody sees it who goes by the answer: one whose lease ran out ends here. */
  lives(owner: Owner, now: number): boolean {
    const lease = this.#tables.owners.get(owner)
    return lease !== undefined && !this.#endRunOut(lease, now)
  }

  /** Ends all other owners whose lease ran out. */
  endOthersRunOut(but: Owner, now: number): void {
    for (const lease of this.#tables.owners.all()) if (lease.owner !== but) this.#endRunOut(lease, now)
  }

  #endRunOut(lease: Lease, now: number): boolean {
    const isOver = lease.until <= now || this.#tables.owners.isGone(lease.owner)
    if (isOver) this.#end(lease, now)
    return isOver
  }

  #endOther(lease: Lease, owner: Owner, now: number): void {
    if (lease.owner !== owner) this.#end(lease, now)
  }

  /** Its sessions are without a link from the end of its lease. */
  #end({ owner, until }: Lease, now: number): void {
    this.#tables.owners.remove(owner)
    this.#tables.notes.removeAllOf(owner)
    this.#tables.sessions.releaseAllOf(owner, Math.min(until, now))
  }
}

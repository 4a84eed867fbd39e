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
      const older = [...this.#tables.owners.all()].filter((lease) => lease.node === node && lease.owner !== owner)
      this.#endAll(older, now)
    }
    this.#tables.owners.set({ owner, node, until: now + leaseMs })
  }

  /** False when this owner has ended. One whose lease ran out lives on if nobody has looked meanwhile. */
  renew(owner: Owner, leaseMs: number, now: number): boolean {
    const lease = this.#tables.owners.get(owner)
    if (lease === undefined) return false
    this.#tables.owners.set({ owner, node: lease.node, until: now + leaseMs })
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
    if (lease === undefined) return false
    if (!this.#isRunOut(lease, now)) return true
    this.#end(lease, now)
    return false
  }

  /** Ends all other owners whose lease ran out. */
  endOthersRunOut(but: Owner, now: number): void {
    let over: readonly Lease[] = nobody
    for (const lease of this.#tables.owners.all()) {
      if (lease.owner !== but && this.#isRunOut(lease, now)) over = [...over, lease]
    }
    this.#endAll(over, now)
  }

  #isRunOut({ until, owner }: Lease, now: number): boolean {
    return until <= now || this.#tables.owners.isGone(owner)
  }

  /** In an order that every store knows. */
  #endAll(leases: readonly Lease[], now: number): void {
    if (leases.length === 0) return
    for (const lease of [...leases].sort(byTime)) this.#end(lease, now)
  }

  /** Its sessions are without a link from the end of its lease. */
  #end({ owner, until }: Lease, now: number): void {
    this.#tables.owners.remove(owner)
    this.#tables.notes.removeAllOf(owner)
    this.#tables.sessions.releaseAllOf(owner, Math.min(until, now))
  }
}

const nobody: readonly Lease[] = []

const byTime = (a: Lease, b: Lease): number => a.until - b.until || (a.owner < b.owner ? -1 : 1)

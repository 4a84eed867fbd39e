/** What the contract says of what is sent and what is received. Without one everything passes, as it is. */

import { type Checked, type Contract, type ContractCheck, checkOf, isReserved } from '@backchat/protocol'

export type { ContractCheck }

/** @throws TypeError when it is none that was defined. */
export function contractCheck(contract: Contract | undefined): ContractCheck {
  if (contract === undefined) return noContract
  const check = checkOf(contract)
  if (check === undefined) throw new TypeError('contract is what defineContract() returned.')
  return check
}

const passes = (_type: string, value: unknown): Checked => ({ ok: true, value })

const noContract: ContractCheck = {
  sending: (type) =>
    typeof type !== 'string' || type === '' || isReserved(type) ? `No message type is called '${type}'.` : undefined,
  reply: passes,
  chunk: passes,
  failure: passes,
  push: passes,
}

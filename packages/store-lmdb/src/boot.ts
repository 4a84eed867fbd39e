/** Which boot of the machine this is: what was not flushed before another one may be lost. */

import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/** On Linux the kernel's own id. Elsewhere an estimate: when the machine booted, by wall clock and uptime. */
export const thisBoot = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `at-${Math.round(Date.now() / 1_000 - uptime())}`
  }
}

/** An estimate moves when the wall clock is set; further than this and it counts as another boot. */
const toleranceS = 60

export const isSameBoot = (a: string, b: string): boolean =>
  a === b || Math.abs(estimateOf(a) - estimateOf(b)) <= toleranceS

const estimateOf = (boot: string): number => (boot.startsWith('at-') ? Number(boot.slice(3)) : Number.NaN)

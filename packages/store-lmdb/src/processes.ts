/** Which process an owner lives in, and whether that process is still there: then nobody need wait for the end of its lease. */

import { readFileSync, readlinkSync } from 'node:fs'
import { isSameBoot } from './boot.js'

export interface ProcessMark {
  readonly pid: number
  /** When it began, in ticks since the machine booted. Undefined where the system does not say. */
  readonly startedAt: string | undefined
  /** Process ids mean nothing outside their namespace: a container may have its own. */
  readonly namespace: string | undefined
  readonly boot: string
}

export const thisProcess = (boot: string): ProcessMark => ({
  pid: process.pid,
  startedAt: startOf(process.pid),
  namespace: namespace(),
  boot,
})

/** True only when it is certain. */
export const isGone = (mark: ProcessMark, self: ProcessMark): boolean => {
  if (!isSameBoot(mark.boot, self.boot)) return true
  if (mark.namespace !== self.namespace) return false
  if (mark.pid === self.pid) return mark.startedAt !== self.startedAt
  return mark.startedAt === undefined ? !exists(mark.pid) : startOf(mark.pid) !== mark.startedAt
}

/** Field 22 of /proc/<pid>/stat. The name of the command stands before it, in brackets, and may hold anything. */
const startOf = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended, and only waits for its parent to take notice.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

const namespace = (): string | undefined => {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** What a process has used until now. Unlike time that passes, it says the same on a machine where others are at work. */

import { readFileSync } from 'node:fs'

/** Milliseconds of processor time, of all threads, in the kernel too. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** The same of another process, which need not have time to say so; undefined where the system does not tell. */
export function cpuMsOf(pid: number): number | undefined {
  try {
    // What follows the name, which may hold anything, begins with the third field; times are in hundredths of a second.
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?!.*\) )/s)
    const values = fields.split(' ')
    return (Number(values[11]) + Number(values[12])) * 10
  } catch {
    return undefined
  }
}

/** What a process has used until now. Unlike time that passes, it says the same on a machine where others are at work. */

/** Milliseconds of processor time, of all threads, in the kernel too. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

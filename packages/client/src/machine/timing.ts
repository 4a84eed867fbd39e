/** How long the client's machine waits for what, in milliseconds. */

export const timing = {
  /** From the dial to the welcome [P-27]. */
  dialMs: 10_000,
  /** For the application's token function. */
  tokenMs: 10_000,
  /** From one token to the next, however short a time the server gives them. */
  tokenLeastMs: 1_000,
  /** A link that was current this long has proved itself: failures are forgotten [P-26]. */
  stableMs: 5_000,
  /** Of silence while something is outstanding, before a ping [P-28]. */
  silenceMs: 5_000,
  /** From a ping to the next frame, unless links have shown themselves to be slow [P-28]. */
  probeMs: 3_000,
  /** And the longest, however slow they are. */
  mostPatienceMs: 60_000,
  /** Who looks so much too late for an answer was away meanwhile, and asks again [P-28]. */
  awayMs: 500,
  /** From the server's ping until it gives the link up [P-28]. */
  givenUpMs: 10_000,
  /** The longest that a confirmation waits for others to travel with [P-22]. Nobody waits for it: it only lets the server forget. */
  ackMs: 2_000,
  /** The longest that news of a stream's reader wait: for these the handler may be waiting [P-22]. */
  creditMs: 200,
  /** A turn that comes this much later than asked for means that the machine slept. */
  sleptMs: 5_000,
  /** So much of a jump of the wall clock is no adjustment any more [P-36]. */
  jumpMs: 1_000,
  /** A timer may be that much early, and no sleep is the reason. */
  roundingMs: 1,
} as const

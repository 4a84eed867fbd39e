/** What the machine counts for people who watch; nothing decides by it. */

import type { ErrorCode } from '@backchat/protocol'

export class Counts {
  /** Requests that came again, and were answered without a second run. */
  duplicates = 0
  /** New requests that were refused without a run. */
  readonly refused = new Map<ErrorCode, number>()

  refuse(code: ErrorCode): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
  }
}

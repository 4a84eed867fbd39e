/** Whether new clients are welcome here: the manager's phase, and whether its store answers. */

import type { Clock } from '@backchat/protocol'
import type { Phase } from '../api.js'
import type { MachineDriver } from './machine-driver.js'
import { Patience } from './patience.js'

/** A store that has not answered within this time is out of reach. */
export const storeMs = 2_000

export class Readiness {
  phase: Phase = 'starting'
  readonly #driver: Pick<MachineDriver, 'feed' | 'apply' | 'storeFailure'>
  readonly #patience: Patience
  /** However many ask at a time, the store is asked once. */
  #asking: Promise<boolean> | undefined

  constructor(driver: Pick<MachineDriver, 'feed' | 'apply' | 'storeFailure'>, clock: Pick<Clock, 'after'>) {
    this.#driver = driver
    this.#patience = new Patience(clock, storeMs)
  }

  /** Why new clients should go elsewhere, in one sentence; undefined: they are welcome. Never rejects. */
  async obstacle(): Promise<string | undefined> {
    if (this.phase !== 'serving') return sentences[this.phase]
    this.#asking ??= this.#askStore()
    if (!(await this.#asking)) return 'The store is out of reach.'
    // It may have begun to close meanwhile.
    return this.phase === 'serving' ? undefined : sentences[this.phase]
  }

  /** Nobody waits for the store any more. */
  close(): void {
    this.phase = 'closed'
    this.#patience.callOff()
  }

  async #askStore(): Promise<boolean> {
    try {
      // From its first turn on the machine renews its lease each second, so that a failure is known, and known to be over.
      this.#driver.feed({ kind: 'woke' })
      await this.#patience.wait(() => this.#driver.apply([]))
      return this.#driver.storeFailure === undefined
    } catch {
      return false
    } finally {
      this.#asking = undefined
    }
  }
}

const sentences: { readonly [phase in Exclude<Phase, 'serving'>]: string } = {
  starting: 'The server is not ready yet.',
  draining: 'The server goes away and takes nobody new.',
  closed: 'The server is closed.',
}

/** About a millisecond of work for the processor, the same each time; at once, or after a wait as for a database. */

import { pbkdf2Sync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkKind } from './peer.js'

const rounds = 1_200
const waitMs = 10

const work = () => pbkdf2Sync('a password', 'salt', rounds, 32, 'sha256').length

export const workers: { readonly [kind in WorkKind]: () => unknown } = {
  work,
  async 'wait and work'() {
    await sleep(waitMs)
    return work()
  },
}

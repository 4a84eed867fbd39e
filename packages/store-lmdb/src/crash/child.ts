/**
 * For tests: another process on the same store. It carries out what it is sent, or writes batch after batch and says after each that
 * it was answered, until it is killed.
 */

import { writeSync } from 'node:fs'
import type { Operation } from '@backchat/server/store'
import { lmdbStore } from '../index.js'
import { batchOf, sessionOf, sessions } from './batches.js'

const [path = '', task = '', first, attempt] = process.argv.slice(2)
const store = lmdbStore({ path })

if (task === 'write') {
  store.apply([
    { op: 'enlist', owner: `${process.pid}`, node: 'writer', leaseMs: 5_000 },
    ...Array.from({ length: sessions }, (_, index) => sessionOf(index, Number(attempt), `${process.pid}`)),
  ])
  for (let batch = Number(first); ; batch++) {
    store.apply(batchOf(batch, Number(attempt), `${process.pid}`))
    // Written at once: what is in a pipe outlives the process.
    writeSync(1, `${batch}\n`)
  }
}

const carryOut = (operations: readonly Operation[]) => {
  try {
    return store.apply(operations)
  } catch (error) {
    return String(error)
  }
}

process.on('message', (operations: readonly Operation[]) => process.send?.(carryOut(operations)))
process.send?.('ready')

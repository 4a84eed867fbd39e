/** What every store does, as cases: data that any test runner can run. */

import { boundCases } from './bound-cases.js'
import { greetingCases } from './greeting-cases.js'
import { journalCases } from './journal-cases.js'
import { noteCases } from './note-cases.js'
import { ownerCases } from './owner-cases.js'
import { persistenceCases } from './persistence-cases.js'
import { pushCases } from './push-cases.js'
import type { StoreCase } from './store-case.js'

/**
 * The cases of store conformance. Each opens a store of its own, empty, and rejects when it does not do what its name says.
 * Together with {@link sameAsReference} they cover every operation and every row of what a store decides.
 *
 * @example
 * for (const { name, run } of storeConformance) test(name, () => run(openMyStore))
 * @example
 * // A store that forgets when it is closed, or has a clock that cannot be moved, leaves out what it cannot show.
 * const cases = storeConformance.filter(({ needs }) => needs !== 'reopen')
 */
export const storeConformance: readonly StoreCase[] = [
  ...greetingCases,
  ...journalCases,
  ...pushCases,
  ...ownerCases,
  ...noteCases,
  ...boundCases,
  ...persistenceCases,
]

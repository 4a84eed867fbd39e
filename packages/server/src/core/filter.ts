/** What an application looks for: what makes no sense must not find nothing, or everything. */

import { inWords, onlyNames } from './setting.js'

/** @throws TypeError when the filter is no object, or has a field that is none of these, or is no text. */
export const checkFilter = (call: string, filter: object | undefined, names: readonly string[]): void => {
  if (filter === undefined) return
  onlyNames(`filter of ${call}`, filter, names)
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) checkText(`${name} of ${call}`, value)
}

/** @throws TypeError when the value is no text. */
export const checkText = (what: string, value: unknown): void => {
  if (typeof value !== 'string') throw new TypeError(`The ${what} is a text, not ${inWords(value)}.`)
}

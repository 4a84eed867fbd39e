/** What may be set of the store. Each is checked by its description here, and is a row of docs/operations.md. */

import { type ChoiceSetting, inWords, type NumberSetting, onlyNames } from '@backchat/server/store'

export const mapSizeSetting = {
  name: 'mapSize',
  unit: 'bytes',
  otherwise: 64 * 2 ** 30,
  least: 256 * 1024,
  most: 2 ** 46,
  meaning: 'Most bytes that the data may take. A batch that would take more fails, and nothing of it is stored.',
} as const satisfies NumberSetting

export const durabilitySetting: ChoiceSetting<'process' | 'power'> = {
  name: 'durability',
  otherwise: 'process',
  choices: ['process', 'power'],
  meaning: 'What the store survives: the death of the process, or a power cut too.',
}

const optionNames = ['path', 'durability', 'maxSessions', 'maxSessionsPerUser', 'mapSize', 'now']

/** @throws TypeError when there is an option that nobody reads, or no folder. */
export const onlyOptions = (options: { readonly path: unknown }): void => {
  onlyNames('option of lmdbStore()', options, optionNames)
  const { path } = options
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`lmdbStore() needs path, a folder of this machine, not ${inWords(path)}.`)
}

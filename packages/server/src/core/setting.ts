/** What an operator may set: one description of each setting refuses what makes no sense, and is its row in docs/operations.md. */

export type Setting = NumberSetting | ChoiceSetting

export interface NumberSetting {
  /** As it is written: `config.heartbeat.interval`. */
  readonly name: string
  /** Numbers without a unit are whole. */
  readonly unit?: 'ms' | 'bytes' | 'per second' | 'share'
  /** What it is when nothing is said; in words where that depends. */
  readonly otherwise: number | string
  readonly least: number
  readonly most: number
  readonly meaning: string
}

export interface ChoiceSetting<Choice extends string = string> {
  readonly name: string
  readonly otherwise: Choice
  readonly choices: readonly Choice[]
  readonly meaning: string
}

export const hourMs = 60 * 60 * 1_000
export const dayMs = 24 * hourMs

/** @throws TypeError that names the setting and says what it may be. */
export const numberOf = (setting: NumberSetting, value: unknown): number => {
  const { name, unit, otherwise, least, most } = setting
  if (value === undefined && typeof otherwise === 'number') return otherwise
  const isOne = typeof value === 'number' && value >= least && value <= most
  if (isOne && (isFraction(unit) || Number.isInteger(value))) return value
  throw new TypeError(`${name} is ${kinds[unit ?? 'whole']} from ${least} to ${most}, not ${inWords(value)}.`)
}

const isFraction = (unit: NumberSetting['unit']): boolean => unit !== undefined && unit !== 'bytes'

const kinds = {
  whole: 'a whole number',
  ms: 'a number of milliseconds',
  bytes: 'a whole number of bytes',
  'per second': 'a number for each second,',
  share: 'a share',
} as const

/** @throws TypeError that names the setting and says what it may be. */
export const choiceOf = <Choice extends string>(setting: ChoiceSetting<Choice>, value: unknown): Choice => {
  if (value === undefined) return setting.otherwise
  const choice = setting.choices.find((one) => one === value)
  if (choice !== undefined) return choice
  const quoted = setting.choices.map((one) => `'${one}'`)
  const [last, ...others] = quoted.reverse()
  throw new TypeError(`${setting.name} is ${others.reverse().join(', ')} or ${last}, not ${inWords(value)}.`)
}

/** @throws TypeError when the options are no object, or have a name that is none of these. */
export const onlyNames = (what: string, given: object, names: readonly string[]): void => {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`The ${what} is an object, not ${inWords(given)}.`)
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new TypeError(`The ${what} has an unknown field '${name}'; there are ${names.join(', ')}.`)
  }
}

export const inWords = (value: unknown): string => {
  if (typeof value === 'function') return 'a function'
  return typeof value === 'string' ? `'${value}'` : String(value)
}

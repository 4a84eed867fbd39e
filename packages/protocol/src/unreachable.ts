/** The end of a switch that has a case for everything: it does not compile while one is missing. */
export function unreachable(value: never): never {
  throw new TypeError(`There is no case for ${JSON.stringify(value)}.`)
}

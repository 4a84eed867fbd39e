/** A length of time as a person says it. */
export const durationInWords = (ms: number): string => {
  const positive = Math.max(0, ms)
  const { unit, size } = units.find(({ upTo }) => positive < upTo) ?? longest
  return `${Math.round(positive / size)} ${unit}`
}

const minute = 60_000
const hour = 60 * minute
const longest = { unit: 'h', size: hour }
/** Small numbers say more: 90 s, and not 2 min. */
const units = [
  { upTo: 1_000, unit: 'ms', size: 1 },
  { upTo: 2 * minute, unit: 's', size: 1_000 },
  { upTo: 2 * hour, unit: 'min', size: minute },
]

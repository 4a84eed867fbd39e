/** Figures as people read them. */

/** Three digits that count, and a comma in thousands. */
export function inDigits(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)))
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en-US', { minimumFractionDigits: Math.min(digits, 2), maximumFractionDigits: 2 })
}

export const asRatio = (ratio: number | undefined): string => (ratio === undefined ? '–' : ratio.toFixed(2))

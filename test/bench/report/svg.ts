/** Charts as SVG, from nothing but numbers: dots in rows, and lines. */

const ink = '#24292f'
const faint = '#d0d7de'
const colours = ['#57606a', '#8c959f', '#0969da', '#1a7f37', '#bf3989', '#bc4c00', '#8250df']
const font = 'font-family="system-ui, sans-serif" font-size="12"'

export interface Series {
  readonly name: string
  /** One for each row or place; undefined where nothing was measured. */
  readonly values: readonly (number | undefined)[]
}

/** A chart with a row for each title: further right is better, and the line is where the floor stands. */
export function dotChart(title: string, rows: readonly string[], series: readonly Series[]): string {
  const rowPx = 26
  const left = 260
  const width = 860
  const top = 74
  const height = top + rows.length * rowPx + 34
  const right = width - 30
  const [least, most] = [1 / 16, 2]
  const x = (ratio: number) => left + scaled(clamped(ratio, least, most), least, most) * (right - left)
  const y = (row: number) => top + row * rowPx + rowPx / 2
  const ticks = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2].map((tick) => {
    const label = tick < 1 ? `1/${1 / tick}` : String(tick)
    const stroke = tick === 1 ? ink : faint
    return `${line(x(tick), top, x(tick), height - 30, stroke)}${text(x(tick), height - 12, label, 'middle')}`
  })
  const labels = rows.map((row, i) => text(left - 12, y(i) + 4, row, 'end'))
  const dots = series.flatMap(({ name, values }, i) =>
    values.flatMap((value, row) =>
      value === undefined ? [] : [dot(x(value), y(row), colourOf(i), `${name}: ${value.toFixed(2)}`)],
    ),
  )
  return svg(width, height, title, [
    text(16, 24, title, 'start', 16),
    ...legend(series, 16, 50),
    ...ticks,
    ...labels,
    ...dots,
  ])
}

export interface LineChart {
  readonly title: string
  /** What stands below each place. */
  readonly places: readonly string[]
  readonly series: readonly Series[]
  readonly unit: string
}

/** Charts of lines in one picture, beside one another; upwards is a logarithm. */
export function lineCharts(title: string, charts: readonly LineChart[]): string {
  const each = 420
  const width = each * Math.min(2, charts.length) + 20
  const heightOfOne = 260
  const height = 64 + Math.ceil(charts.length / 2) * heightOfOne
  const panels = charts.flatMap((chart, i) =>
    panel(chart, 10 + (i % 2) * each, 64 + Math.floor(i / 2) * heightOfOne, each),
  )
  const [first] = charts
  return svg(width, height, title, [
    text(16, 24, title, 'start', 16),
    ...legend(first?.series ?? [], 16, 48),
    ...panels,
  ])
}

function panel(
  { title, places, series, unit }: LineChart,
  left: number,
  top: number,
  width: number,
): readonly string[] {
  const [from, to, base, roof] = [left + 62, left + width - 20, top + 215, top + 34]
  const values = series.flatMap((one) => one.values.filter((value) => value !== undefined))
  const least = 10 ** Math.floor(Math.log10(Math.min(...values)))
  const most = 10 ** Math.ceil(Math.log10(Math.max(...values)))
  const x = (place: number) => from + ((place + 0.5) / places.length) * (to - from)
  const y = (value: number) => base - scaled(value, least, most) * (base - roof)
  const decades = Array.from({ length: Math.round(Math.log10(most / least)) + 1 }, (_, i) => least * 10 ** i)
  const grid = decades.map(
    (tick) => line(from, y(tick), to, y(tick), faint) + text(from - 8, y(tick) + 4, inShort(tick), 'end'),
  )
  const names = places.map((place, i) => text(x(i), base + 18, place, 'middle'))
  const lines = series.map(({ name, values }, i) => {
    const points = values.flatMap((value, place) => (value === undefined ? [] : [[x(place), y(value), value] as const]))
    const path = `<polyline fill="none" stroke="${colourOf(i)}" stroke-width="2" points="${points.map(([px, py]) => `${round(px)},${round(py)}`).join(' ')}"/>`
    return (
      path + points.map(([px, py, value]) => dot(px, py, colourOf(i), `${name}: ${inShort(value)} ${unit}`, 3)).join('')
    )
  })
  return [text(left + 6, top + 14, `${title}, ${unit}`, 'start', 13), ...grid, ...names, ...lines]
}

function legend(series: readonly Series[], left: number, y: number): readonly string[] {
  let x = left
  return series.map(({ name }, i) => {
    const entry = dot(x + 5, y - 4, colourOf(i), name) + text(x + 14, y, name, 'start')
    x += 30 + name.length * 6.8
    return entry
  })
}

/** Where a value stands between two others, on a logarithmic scale. */
const scaled = (value: number, least: number, most: number) => Math.log(value / least) / Math.log(most / least)
const clamped = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))
const colourOf = (i: number) => colours[i % colours.length] ?? ink
const round = (px: number) => Math.round(px * 10) / 10

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}"/>`

const dot = (x: number, y: number, fill: string, name: string, radius = 5) =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${fill}"><title>${name}</title></circle>`

const text = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', size = 12) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${ink}">${words}</text>`

const svg = (width: number, height: number, title: string, parts: readonly string[]) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font}>\n<title>${title}</title>\n` +
  `<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`

function inShort(value: number): string {
  if (value >= 1_000) return `${Number((value / 1_000).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}

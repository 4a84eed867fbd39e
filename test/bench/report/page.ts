/** Writes what was measured into `docs/benchmarks.md`, between its marks, and draws the plots beside it. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cost, type Growth, type GrowthOf, grown } from '../growth.js'
import type { Finding } from '../limits.js'
import { measures } from '../measures.js'
import { floor, type PeerName } from '../peers/peers.js'
import { overloadSection } from './overload-table.js'
import type { Report } from './report.js'
import { type Summary, summaryOf } from './summary.js'
import { dotChart, lineCharts, type Series } from './svg.js'
import { aligned, goalTable, ratioTable } from './table.js'

/** `docs` is the folder of the page. */
export function writePage(report: Report, docs: string): void {
  const page = join(docs, 'benchmarks.md')
  let text = readFileSync(page, 'utf8')
  for (const [name, content] of Object.entries(sectionsOf(report))) text = between(text, name, content)
  writeFileSync(page, text)
  for (const [name, picture] of Object.entries(picturesOf(report))) writeFileSync(join(docs, 'images', name), picture)
}

export function sectionsOf({ machine, loadAfter, scale, names, rounds, growth, limits, overload }: Report): {
  readonly [name: string]: string
} {
  const { cpu, cores, memoryGib, system, node, versions, pinned, load } = machine
  const modules = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const where = [
    `${cpu}, ${cores} cores, ${memoryGib} GiB; ${system}; Node ${node}; ${modules.join(', ')}.`,
    pinned ? 'Server and clients had a core each (`taskset`).' : 'Server and clients were not pinned to cores.',
    `Load average before ${load.toFixed(1)}, after ${loadAfter.toFixed(1)}.`,
  ]
  const summary = rounds && summaryOf(rounds, names)
  return {
    machine: where.join(' '),
    ...(summary && {
      ratios: `${rounds.length} rounds of ${scale.forMs / 1_000} s for each workload.\n\n${ratioTable(summary, names)}`,
      goals: goalTable(summary, names),
    }),
    ...(limits && { limits: limitTable(limits) }),
    ...(overload && { overload: overloadSection(overload) }),
    ...(growth && { growth: growthTable(growth) }),
  }
}

/** Puts a section between its marks. */
function between(page: string, name: string, content: string): string {
  const [from, to] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [start, end] = [page.indexOf(from), page.indexOf(to)]
  if (start < 0 || end < 0) throw new Error(`The page has no place for '${name}'.`)
  return `${page.slice(0, start + from.length)}\n${content}\n\n${page.slice(end)}`
}

export const limitTable = (findings: readonly Finding[]): string =>
  aligned([
    ['', 'sessions in', 'goal', 'found', ''],
    ...findings.map(({ title, name, aim, found, reached }) => [
      title,
      name,
      aim,
      found,
      reached ? 'reached' : 'not reached',
    ]),
  ])

export function growthTable(growth: GrowthOf): string {
  const rowsOf = (what: string, of: (growth: Growth) => { readonly [step: string]: Cost }) =>
    grown.flatMap((name) =>
      Object.entries(of(growth[name] ?? { sessions: {}, inFlight: {} })).map(([step, { perSecond, cpuUs, meanUs }]) => [
        name,
        `${Number(step).toLocaleString('en-US')} ${what}`,
        Math.round(perSecond).toLocaleString('en-US'),
        cpuUs.toFixed(1),
        Math.round(meanUs).toLocaleString('en-US'),
      ]),
    )
  const head = ['', 'with', 'requests/s', 'server CPU per request, µs', 'mean time to an answer, µs']
  return aligned([
    head,
    ...rowsOf('sessions', ({ sessions }) => sessions),
    ...rowsOf('in flight', ({ inFlight }) => inFlight),
  ])
}

function picturesOf({ names, rounds, growth }: Report): { readonly [file: string]: string } {
  const summary = rounds && summaryOf(rounds, names)
  return {
    ...(summary && {
      'bench-ratios.svg': ratioChart(summary, names),
      'bench-latency.svg': latencyChart(summary, names),
    }),
    ...(growth && { 'bench-growth.svg': growthChart(growth) }),
  }
}

const compared = [
  'p50',
  '1×64',
  '1×1024',
  '200×8',
  'broadcast',
  'streams',
  'cpu',
  'clientCpu',
  'cpu200',
  'clientCpu200',
  'broadcastCpu',
  'broadcastClientCpu',
  'streamsCpu',
  'streamsClientCpu',
  'connects',
  'idle',
  'storm',
] as const

/** Where less is better, the ratio is turned over: further right is better in each row. */
function ratioChart(summary: Summary, names: readonly PeerName[]): string {
  const series = names.map((name): Series => {
    const values = compared.map((measure) => {
      const ratio = summary[measure]?.[name]?.ratio
      return ratio === undefined || measures[measure].better === 'more' ? ratio : 1 / ratio
    })
    return { name, values }
  })
  const titles = compared.map((measure) => measures[measure].title)
  return dotChart(`How much better (right) or worse (left) than ${floor} by hand`, titles, series)
}

function latencyChart(summary: Summary, names: readonly PeerName[]): string {
  const at = ['open50', 'open99', 'open999'] as const
  const series = names.map((name) => ({ name, values: at.map((measure) => summary[measure]?.[name]?.median) }))
  const chart = {
    title: 'At a fixed rate, from when the question was due',
    places: ['p50', 'p99', 'p99.9'],
    series,
    unit: 'µs',
  }
  return lineCharts('Time to an answer', [chart])
}

function growthChart(growth: GrowthOf): string {
  const chart = (
    title: string,
    unit: string,
    of: (growth: Growth) => { readonly [step: string]: Cost },
    figure: keyof Cost,
  ) => {
    const places = Object.keys(of(growth[floor] ?? { sessions: {}, inFlight: {} }))
    const series = grown.map((name): Series => {
      const costs = growth[name] && of(growth[name])
      return { name, values: places.map((place) => costs?.[place]?.[figure]) }
    })
    return { title, places, series, unit }
  }
  const sessions = ({ sessions }: Growth) => sessions
  const inFlight = ({ inFlight }: Growth) => inFlight
  return lineCharts('How cost grows: with sessions (100 questions on their way), and with questions of one client', [
    chart('By sessions', 'requests/s', sessions, 'perSecond'),
    chart('By sessions', 'µs of server CPU per request', sessions, 'cpuUs'),
    chart('By questions on their way', 'requests/s', inFlight, 'perSecond'),
    chart('By questions on their way', 'µs of server CPU per request', inFlight, 'cpuUs'),
  ])
}

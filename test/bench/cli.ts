/** `pnpm bench`: everybody does the same, in processes of their own, and is compared with what one would write by hand. */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fullGrowth, measureGrowth, quickGrowth } from './growth.js'
import { fullLimits, measureLimits, quickLimits } from './limits.js'
import type { Round } from './measures.js'
import { fullOverload, measureOverload, quickOverload } from './overload.js'
import { floor, isPeer, type PeerName, peerNames } from './peers/peers.js'
import { thisMachine } from './report/machine.js'
import { sectionsOf, writePage } from './report/page.js'
import type { Report } from './report/report.js'
import { measureRounds } from './rounds.js'
import { full, quick, type Scale, workloads } from './workloads.js'

const parts = ['rounds', 'growth', 'limits', 'overload'] as const

const usage = `pnpm bench [--quick] [--part PART]… [--only WORKLOAD]… [--peer NAME]… [--rounds N] [--json] [--page FILE]…
  --quick            one short round, for a first look
  --part PART        ${parts.join(', ')}; default all of them, with --quick the rounds
  --only WORKLOAD    of the rounds this one alone, and others that are named so: ${workloads.map(({ name }) => name).join(', ')}
  --peer NAME        in the rounds this one alone, the floor, and others that are named so: ${peerNames.join(', ')}
  --rounds N         so many rounds
  --profile FOLDER   the profiler watches, and writes there: figures are worse than without
  --json             prints every figure of every round
  --page FILE        measures nothing: writes what --json once printed into docs/benchmarks.md, with the plots; several files count as one run`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    part: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    peer: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    page: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
})

/** `scripts` is where those are that the measured processes run, `docs` where the page is. */
export async function main(scripts: string, docs: string): Promise<void> {
  if (values.help) return console.log(usage)
  if (values.page !== undefined) return writePage(kept(values.page), docs)
  const report = await measure(scripts)
  console.log(values.json ? JSON.stringify(report) : Object.values(sectionsOf(report)).join('\n\n'))
}

async function measure(folder: string): Promise<Report> {
  const machine = thisMachine()
  const names = peersAsked()
  const scale = scaleAsked()
  const scripts = { folder, profileTo: values.profile }
  const asked = values.part ?? (values.quick || values.only !== undefined ? ['rounds'] : parts)
  const measured = {
    ...(asked.includes('rounds') && {
      rounds: await measureRounds({ names, workloads: workloadsAsked(), scale, scripts, tell }),
    }),
    ...(asked.includes('growth') && {
      growth: await measureGrowth(values.quick ? quickGrowth : fullGrowth, scripts, tell),
    }),
    ...(asked.includes('limits') && {
      limits: await measureLimits(values.quick ? quickLimits : fullLimits, scripts, tell),
    }),
    ...(asked.includes('overload') && {
      overload: await measureOverload(values.quick ? quickOverload : fullOverload, scripts, tell),
    }),
  }
  return { machine, loadAfter: thisMachine().load, names, scale, ...measured }
}

const tell = (progress: string) => process.stderr.write(`${progress}\n`)

const workloadsAsked = () => workloads.filter(({ name }) => values.only?.includes(name) ?? true)

function peersAsked(): readonly PeerName[] {
  if (values.peer === undefined) return peerNames
  const unknown = values.peer.find((name) => !isPeer(name))
  if (unknown !== undefined) throw new Error(`There is no peer '${unknown}'.\n${usage}`)
  return [floor, ...values.peer.filter(isPeer).filter((name) => name !== floor)]
}

function scaleAsked(): Scale {
  const scale = values.quick ? quick : full
  return values.rounds === undefined ? scale : { ...scale, rounds: Number(values.rounds) }
}

/** What several runs measured, as if it had been one: workloads of the same round stand together. */
function kept(files: readonly string[]): Report {
  const reports = files.map((file): Report => JSON.parse(readFileSync(file, 'utf8')))
  return reports.reduce(withMore)
}

const withMore = (one: Report, other: Report): Report => ({
  ...one,
  ...other,
  names: one.names.length > other.names.length ? one.names : other.names,
  ...(one.rounds && other.rounds && { rounds: inRounds(one.rounds, other.rounds) }),
})

const inRounds = (one: readonly Round[], other: readonly Round[]): readonly Round[] =>
  Array.from({ length: Math.max(one.length, other.length) }, (_, i) => together(one[i] ?? {}, other[i] ?? {}))

const together = (one: Round, other: Round): Round =>
  Object.fromEntries(peerNames.map((name) => [name, { ...one[name], ...other[name] }]))

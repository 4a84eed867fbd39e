/** `pnpm bench`: everybody does the same, in processes of their own, and is compared with what one would write by hand. */

import { parseArgs } from 'node:util'
import { floor, isPeer, type PeerName, peerNames } from './peers/peers.js'
import { thisMachine } from './report/machine.js'
import { summaryOf } from './report/summary.js'
import { goalTable, ratioTable } from './report/table.js'
import { measureRounds } from './rounds.js'
import { full, quick, type Scale, workloads } from './workloads.js'

const usage = `pnpm bench [--quick] [--json] [--only WORKLOAD]… [--peer NAME]… [--rounds N] [--profile FOLDER]
  --quick            one short round, for a first look
  --only WORKLOAD    this one alone, and others that are named so: ${workloads.map(({ name }) => name).join(', ')}
  --peer NAME        this one alone, the floor, and others that are named so: ${peerNames.join(', ')}
  --rounds N         so many rounds
  --profile FOLDER   the profiler watches, and writes there: figures are worse than without
  --json             prints every figure of every round`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    peer: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

/** `folder` is where the scripts are that the measured processes run. */
export async function main(folder: string): Promise<void> {
  if (values.help) return console.log(usage)
  const names = peersAsked()
  const before = thisMachine()
  const rounds = await measureRounds({
    names,
    workloads: workloads.filter(({ name }) => values.only?.includes(name) ?? true),
    scale: scaleAsked(),
    scripts: { folder, profileTo: values.profile },
    tell: (progress) => process.stderr.write(`${progress}\n`),
  })
  const summary = summaryOf(rounds, names)
  if (values.json)
    return console.log(JSON.stringify({ machine: before, loadAfter: thisMachine().load, summary, rounds }))
  console.log(`${ratioTable(summary, names)}\n\n${goalTable(summary, names)}\n\n${JSON.stringify(before)}`)
}

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

/** `pnpm soak`: whether anything grows while clients ask for a long time on a bad network. */

import { parseArgs } from 'node:util'
import type { Held } from './held.js'
import { type SoakFigures, type SoakLook, soak } from './soak.js'

const usage = `pnpm soak [--minutes M] [--rate R] [--clients N] [--seed S] [--json]
  --minutes M  so long, looked at each minute; default 30
  --rate R     requests and streams a second, of all clients together; default 200
  --clients N  default 20
  --seed S     of the faults; default 1
  --json       print figures as JSON
Exit code 1 when something grows: heap, handles or timers of the server or of the clients' process are greater in the last third of
the looks than in the second (medians, by more than 5 %, or 5 handles or timers); or when something asked does not settle, or fails.`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    clients: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** `folder` holds the modules of the processes. */
export async function main(folder: URL): Promise<void> {
  if (values.help) return console.log(usage)
  const plan = { rounds: Number(values.minutes), rate: Number(values.rate), clients: Number(values.clients) }
  const looked = (look: SoakLook) => console.error(JSON.stringify(look))
  const figures = await soak({
    folder,
    ...plan,
    seed: Number(values.seed),
    roundMs: 60_000,
    linksBefore: 10_000,
    looked,
  })
  const { looks, ...rest } = figures
  const thirds = { server: thirdsOf(looks, 'server'), clients: thirdsOf(looks, 'clients') }
  const last = looks.at(-1)
  const broken = brokenIn(figures, thirds)
  const report = { ...plan, asked: last?.asked, ends: last?.ends, links: last?.links, ...rest, thirds, broken }
  console.log(values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2))
  if (broken.length > 0) process.exitCode = 1
}

type Side = 'server' | 'clients'
type Thirds = Readonly<Record<keyof Held, readonly [second: number, last: number]>>

function thirdsOf(looks: readonly SoakLook[], side: Side): Thirds {
  const third = Math.floor(looks.length / 3)
  const of = (what: keyof Held) => {
    const median = (some: readonly SoakLook[]) => {
      const sorted = some.map((look) => look[side][what]).sort((a, b) => a - b)
      return sorted[Math.floor(sorted.length / 2)] ?? 0
    }
    return [median(looks.slice(-2 * third, -third)), median(looks.slice(-third))] as const
  }
  return { heapBytes: of('heapBytes'), rssBytes: of('rssBytes'), handles: of('handles'), timers: of('timers') }
}

function brokenIn({ unsettled, endings, looks }: SoakFigures, thirds: Record<Side, Thirds>): readonly string[] {
  const broken: string[] = []
  for (const side of ['server', 'clients'] as const) {
    for (const what of ['heapBytes', 'handles', 'timers'] as const) {
      const [second, last] = thirds[side][what]
      if (last > Math.max(second * 1.05, what === 'heapBytes' ? 0 : second + 5)) broken.push(`${what} of ${side} grow`)
    }
  }
  if (unsettled > 0) broken.push('what was asked settles')
  const { ok: _, ...failed } = looks.at(-1)?.ends ?? {}
  if (Object.keys(failed).length > 0) broken.push('nothing that was asked fails')
  return [...broken, ...endings]
}

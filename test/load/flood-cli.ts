/** `pnpm flood`: what many hostile sockets do to honest clients. */

import { parseArgs } from 'node:util'
import { type FloodFigures, flood } from './flood.js'

const usage = `pnpm flood [--seconds S] [--sockets N] [--clients N] [--max-connections N] [--json]
  --seconds S          so long hostile sockets try; default 60
  --sockets N          so many at a time; default 4,000
  --clients N          honest ones that stay and ask five times a second; one more comes and goes ten times a second. Default 20
  --max-connections N  of the server; default its own
Exit code 1 when an honest client is not served, waits for more than 1.5 s to be welcome or 250 ms for an answer (99th percentile),
or hostile sockets are left after 15 s.`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    sockets: { type: 'string', default: '4000' },
    clients: { type: 'string', default: '20' },
    'max-connections': { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const goneMs = 15_000

/** `folder` holds the modules of the processes. */
export async function main(folder: URL): Promise<void> {
  if (values.help) return console.log(usage)
  const plan = { sockets: Number(values.sockets), seconds: Number(values.seconds), clients: Number(values.clients) }
  const maxConnections =
    values['max-connections'] === undefined ? {} : { maxConnections: Number(values['max-connections']) }
  const figures = await flood({ folder, ...plan, ...maxConnections, patienceMs: 2 * goneMs })
  const broken = brokenIn(figures)
  const report = { ...plan, ...maxConnections, ...figures, broken }
  console.log(values.json ? JSON.stringify(report) : report)
  if (broken.length > 0) process.exitCode = 1
}

function brokenIn({ during, goneAfterMs, endings }: FloodFigures): readonly string[] {
  const rules: readonly (readonly [isBroken: boolean, rule: string])[] = [
    [during.failures.length > 0, 'honest clients are served'],
    [during.connects.p99 > 1_500, 'a new client is welcome within 1.5 s'],
    [during.requests.p99 > 250, 'an answer comes within 250 ms'],
    [goneAfterMs === undefined || goneAfterMs > goneMs, 'hostile sockets are gone after 15 s'],
    [endings.length > 0, 'every process ends by itself'],
  ]
  return rules.flatMap(([isBroken, rule]) => (isBroken ? [rule] : []))
}

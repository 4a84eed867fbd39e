/** `pnpm fuzz`: frames by chance for both machines, or for a server over sockets, and what came of them. */

import { parseArgs } from 'node:util'
import { fuzz, type Side } from './fuzz.js'
import { Memory } from './memory.js'
import { fuzzOverSockets } from './over-sockets.js'
import { failureOf } from './replay.js'

const usage = `pnpm fuzz [--frames N] [--seed S] [--sockets] [--json]
  --frames N  so many frames, half of them to a server, half to a client; default 100,000
  --seed S    default 1
  --sockets   all of them to a server that is a process of its own, over real WebSockets
  --json      print figures as JSON`

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    sockets: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const frames = Number(values.frames)

/** `load` is the folder of the processes under load. */
export async function main(load: URL): Promise<void> {
  if (values.help) return console.log(usage)
  if (values.sockets) return measureSockets(load)
  for (const side of ['server', 'client'] as const) measure(side)
}

async function measureSockets(folder: URL): Promise<void> {
  const began = performance.now()
  try {
    const figures = await fuzzOverSockets({ folder, seed, frames })
    print({ side: 'server over sockets', seed, ...figures, seconds: secondsSince(began) })
    if (figures.grows) process.exitCode = 1
  } catch (thrown) {
    process.exitCode = 1
    print({ side: 'server over sockets', seed, complaint: String(thrown) })
  }
}

function measure(side: Side): void {
  const memory = new Memory()
  const options = { seed, frames: Math.ceil(frames / 2) }
  const began = performance.now()
  try {
    const figures = fuzz(side, { ...options, look: () => memory.look() })
    const [second, last] = memory.thirds
    const seconds = secondsSince(began)
    print({ side, seed: options.seed, ...figures, seconds, heapBytes: { second, last }, grows: memory.grows })
    if (memory.grows) process.exitCode = 1
  } catch (thrown) {
    process.exitCode = 1
    print(failureOf(side, options, thrown))
  }
}

const secondsSince = (began: number): number => Math.round((performance.now() - began) / 100) / 10

function print(found: object): void {
  console.log(values.json ? JSON.stringify(found) : found)
}

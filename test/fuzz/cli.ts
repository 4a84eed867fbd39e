/** `pnpm fuzz`: frames by chance for both machines, and what came of them. */

import { parseArgs } from 'node:util'
import { fuzz, type Side } from './fuzz.js'
import { Memory } from './memory.js'
import { failureOf } from './replay.js'

const usage = `pnpm fuzz [--frames N] [--seed S] [--json]
  --frames N  so many frames, half of them to a server, half to a client; default 100,000
  --seed S    default 1
  --json      print figures as JSON`

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(usage)
else for (const side of ['server', 'client'] as const) measure(side)

function measure(side: Side): void {
  const memory = new Memory()
  const options = { seed: Number(values.seed), frames: Math.ceil(Number(values.frames) / 2) }
  const began = performance.now()
  try {
    const figures = fuzz(side, { ...options, look: () => memory.look() })
    const [second, last] = memory.thirds
    const seconds = Math.round((performance.now() - began) / 100) / 10
    print({ side, seed: options.seed, ...figures, seconds, heapBytes: { second, last }, grows: memory.grows })
    if (memory.grows) process.exitCode = 1
  } catch (thrown) {
    process.exitCode = 1
    print(failureOf(side, options, thrown))
  }
}

function print(found: object): void {
  console.log(values.json ? JSON.stringify(found) : found)
}

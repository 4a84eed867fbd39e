/** Clients of good manners, in a process of their own: some stay and ask, others come, ask once and go; how long they wait is measured. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from '@backchat/client'
import { answering, argument } from './offspring.js'
import { type WaitFigures, Waits } from './waits.js'

export interface HonestOptions {
  readonly port: number
  /** Who stays. */
  readonly clients: number
}

export interface HonestFigures {
  /** Until a new client is welcome. */
  readonly connects: WaitFigures
  readonly requests: WaitFigures
  /** What went wrong, in words. */
  readonly failures: readonly string[]
}

const askEveryMs = 200
const comeEveryMs = 100
const mostFailures = 10

const { port, clients } = argument<HonestOptions>(0)
const url = `ws://127.0.0.1:${port}`
let connects = new Waits()
let requests = new Waits()
let failures: string[] = []
let over = false
const underway = new Set<Promise<void>>()

/** Follows something that is measured; what fails is told. */
function follow(work: () => Promise<void>): void {
  const followed = work()
    .catch((error) => {
      if (failures.length < mostFailures) failures.push(String(error))
    })
    .finally(() => underway.delete(followed))
  underway.add(followed)
}

async function ask(client: Client): Promise<void> {
  const waits = requests
  const began = performance.now()
  const { content } = await client.request('echo', began)
  if (content !== began) throw new Error(`Asked ${began}, heard ${JSON.stringify(content)}.`)
  waits.add(performance.now() - began)
}

async function visit(): Promise<void> {
  const waits = connects
  const began = performance.now()
  const client = createClient({ url })
  try {
    await client.ready
    waits.add(performance.now() - began)
    await ask(client)
  } finally {
    await client.close()
  }
}

async function every(ms: number, work: () => Promise<void>): Promise<void> {
  while (!over) {
    follow(work)
    await sleep(ms)
  }
}

const staying = Array.from({ length: clients }, () => createClient({ url }))
await Promise.all(staying.map((client) => client.ready))
const loops = [...staying.map((client) => every(askEveryMs, () => ask(client))), every(comeEveryMs, visit)]

answering({
  /** What was measured since the last time that it was asked. */
  look: (): HonestFigures => {
    const figures = { connects: connects.figures, requests: requests.figures, failures }
    connects = new Waits()
    requests = new Waits()
    failures = []
    return figures
  },
  /** Asks nothing more, and waits for what is open. */
  rest: async () => {
    over = true
    await Promise.all(loops)
    await Promise.all(underway)
  },
  end: () => Promise.all(staying.map((client) => client.close())),
})

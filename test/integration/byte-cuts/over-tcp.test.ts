/** The scripted session over real sockets, cut at a sample of its bytes by FIN and by RST. */

import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { chaosProxy, type Direction } from '@backchat/testing'
import { expect, test } from 'vitest'
import { freePort } from '../../free-port.js'
import type { ByteCut } from './byte-pipe.js'
import { asItShouldBe, Scene } from './scripted-session.js'

/** Offsets in each direction. More: `BYTE_CUTS_TCP=500`. */
const sample = Number(process.env['BYTE_CUTS_TCP'] ?? 16)
const atATime = 8
/** Long enough to come back in, short enough to wait for where the goodbye was cut. */
const sessionTtl = 15_000

test('cut behind a sample of bytes, by FIN and by RST, on both ways', {
  timeout: 60_000 + sample * 4_000,
}, async () => {
  const { bytes } = await run()
  const cuts = (['up', 'down'] as const).flatMap((direction) => cutsOn(direction, bytes[direction]))
  const wrong: string[] = []
  let links = 0
  const work = async () => {
    for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
      const found = await run(cut)
      links += found.links
      if (!isDeepStrictEqual(found.played, asItShouldBe))
        wrong.push(`${cut.direction} ${cut.offset} ${cut.how}: ${JSON.stringify(found.played)}`)
    }
  }
  const asked = cuts.length
  await Promise.all(Array.from({ length: atATime }, work))
  expect(wrong.sort()).toEqual([])
  // The last bytes of a session may not travel at all the next time.
  expect(links).toBeGreaterThan(1.8 * asked)
})

/** Spread evenly, from the first byte on. */
function cutsOn(direction: Direction, length: number): ByteCut[] {
  return Array.from({ length: sample }, (_, i) => Math.floor((i * length) / sample)).flatMap((offset) =>
    (['fin', 'rst'] as const).map((how) => ({ direction, offset, how })),
  )
}

async function run(cut?: ByteCut) {
  const port = await freePort()
  const proxy = await chaosProxy({ target: { port } })
  if (cut) proxy.cutAfter(cut.offset, cut)
  const scene = await Scene.open({
    wait: (ms) => sleep(ms),
    listening: { port, host: '127.0.0.1' },
    manager: { config: { sessionTtl } },
    client: { url: `ws://127.0.0.1:${proxy.port}` },
  })
  try {
    const played = await scene.play()
    const { links, bytesUp, bytesDown } = proxy.counters
    return { played, links, bytes: { up: bytesUp, down: bytesDown } }
  } finally {
    await scene.client.close()
    await scene.manager.close({ drain: 0 })
    await proxy.close()
  }
}

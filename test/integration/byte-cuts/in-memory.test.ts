/** A cut before each byte of a session, in both directions: nothing is lost, nothing runs twice. */

import { isDeepStrictEqual } from 'node:util'
import type { Direction } from '@backchat/testing'
import { expect, test } from 'vitest'
import type { ByteCut } from './byte-pipe.js'
import { runInMemory } from './in-memory.js'
import { asItShouldBe } from './scripted-session.js'

/** Sessions at a time; each spends some of its time waiting. */
const atATime = 24

test('without a cut the session is as it should be, on one link', async () => {
  const { played, links, left } = await runInMemory()
  expect(played).toEqual(asItShouldBe)
  expect(links).toBe(1)
  expect(left).toEqual({ timers: 0, pipes: 0 })
})

test('the same bytes travel each time', async () => {
  const first = await runInMemory()
  expect((await runInMemory()).written).toEqual(first.written)
})

/** Each way at each byte takes twice as long: `BYTE_CUTS=all`. Else the ways alternate. */
const bothWays = process.env['BYTE_CUTS'] === 'all'

test.each<Direction>(['up', 'down'])('cut before each byte on the way %s', { timeout: 300_000 }, async (direction) => {
  const { written } = await runInMemory()
  const cuts = Array.from({ length: written[direction] }, (_, offset) => cutsAt(direction, offset)).flat()
  const wrong: string[] = []
  let links = 0
  const work = async () => {
    for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
      const found = await faultsOf(cut)
      links += found.links
      wrong.push(...found.faults)
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  expect(wrong.sort()).toEqual([])
  // A cut in the goodbye may go unnoticed; every other one costs a link.
  expect(links).toBeGreaterThan(1.9 * written[direction])
})

function cutsAt(direction: Direction, offset: number): ByteCut[] {
  const ways = bothWays ? (['fin', 'rst'] as const) : ([offset % 2 === 0 ? 'fin' : 'rst'] as const)
  return ways.map((how) => ({ direction, offset, how }))
}

async function faultsOf(cut: ByteCut): Promise<{ readonly links: number; readonly faults: readonly string[] }> {
  const place = `${cut.direction} ${cut.offset} ${cut.how}`
  try {
    const { played, links, left } = await runInMemory(cut)
    const faults: string[] = []
    if (!isDeepStrictEqual(played, asItShouldBe)) faults.push(`${place}: ${JSON.stringify(played)}`)
    if (links > 2 || left.timers > 0 || left.pipes > 0) faults.push(`${place}: ${links} links, ${JSON.stringify(left)}`)
    return { links, faults }
  } catch (error) {
    return { links: 0, faults: [`${place}: ${error}`] }
  }
}

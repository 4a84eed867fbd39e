/** Conducts a case for servers: says what it says, and compares what it hears. */

import { expect } from 'vitest'
import type { Heard, ServerCase, Turn, Wire } from './case.js'
import { hello, request } from './sound-frames.js'

/** A link to the server under test, in the hands of a client that speaks badly. */
export interface Peer {
  say(wire: Wire): void
  /**
   * All frames that came since the last call and count; waits until there are at least so many, or the link is closed, and
   * until the server has read all that was said. `listens`: `started` counts, too.
   */
  hear(least: number, listens: boolean): Promise<readonly Heard[]>
  /** The code with which the server closed it. */
  readonly closedWith: number | undefined
  /** The network ends it. */
  lose(): void
}

export interface ServerUnderTest {
  dial(): Promise<Peer>
  pass(ms: number): void
}

/** Above all that cases use, but for the greatest. */
const fresh = 100_000

export async function conductServer(server: ServerUnderTest, conformance: ServerCase): Promise<void> {
  const { link, before = [], closes, passes = 0, session = 'kept' } = conformance
  const neighbour = await welcomed(server, { client: 'neighbour' })
  await isAnswered(neighbour.peer, 1)

  const { peer, epoch } = link === 'welcomed' ? await welcomed(server) : { peer: await server.dial(), epoch: undefined }
  for (const turn of before) await take(peer, turn)
  await take(peer, conformance, closes !== undefined)
  if (passes > 0) server.pass(passes)
  if (closes !== undefined) await peer.hear(1, true)
  expect(peer.closedWith).toBe(closes)

  if (closes === undefined && conformance.mute !== true) await isAnswered(peer, fresh)
  peer.lose()
  if (link === 'welcomed') {
    const next = await welcomed(server, { attempt: 2, epoch }, conformance.next)
    expect(next.resumed).toBe(session === 'kept')
    expect(next.epoch === epoch).toBe(session === 'kept')
    if (conformance.mute !== true) await isAnswered(next.peer, fresh + 1)
  }
  await isAnswered(neighbour.peer, 2)
}

async function take(peer: Peer, { says, hears = [] }: Turn, closing = false): Promise<void> {
  for (const wire of says) peer.say(wire)
  // Before welcome nothing but the close says that all was read.
  const least = closing ? hears.length + 1 : hears.length
  const heard = await peer.hear(
    least,
    hears.some(({ kind }) => kind === 'started'),
  )
  expect(heard.map(({ kind }) => kind)).toEqual(hears.map(({ kind }) => kind))
  expect(heard).toMatchObject(hears)
}

async function welcomed(server: ServerUnderTest, over: object = {}, { says, hears = [] }: Turn = { says: [] }) {
  const peer = await server.dial()
  peer.say({ ...hello, ...over })
  const [welcome, ...more] = await peer.hear(1, false)
  for (const wire of says) peer.say(wire)
  const rest = await peer.hear(hears.length - more.length, false)
  expect([welcome, ...more, ...rest]).toMatchObject([{ kind: 'welcome' }, ...hears])
  return { peer, epoch: welcome?.['epoch'], resumed: welcome?.['resumed'] }
}

/** A sound request gets its answer, and nothing else comes. */
async function isAnswered(peer: Peer, n: number): Promise<void> {
  peer.say(request(n, 'echo', `all is well ${n}`))
  expect(await peer.hear(1, false)).toMatchObject([{ kind: 'reply', n, message: { content: `all is well ${n}` } }])
}

/** A server with a client of good manners on it, both over bare TCP, where others behave badly. */

import { expect } from 'vitest'
import { type Identity, newIdentity } from '../server/raw-client.js'
import { portOf, serve } from '../server/serve.js'
import { text, upgraded } from './raw-socket.js'

export const hello = (identity: Identity, attempt: number) =>
  text({
    kind: 'hello',
    version: 1,
    ...identity,
    attempt,
    lastPush: 0,
    floor: 0,
    settled: [],
    page: 'page-1',
  })

export const request = (n: number) =>
  text({
    kind: 'request',
    n,
    mode: 'request',
    leftMs: 30_000,
    message: { id: `message-${n}`, timestamp: '2026-11-25T00:00:00.000Z', type: 'echo', content: n },
  })

/** A server with a neighbour on it, who is asked at the end whether all is well. */
export const neighbourhood = async () => {
  const { server, manager, errors } = await serve()
  manager.registerHandler('echo', ({ content }) => content)
  const port = portOf(server)
  const neighbour = await upgraded(port)
  neighbour.write(hello(newIdentity(), 1))
  await neighbour.hear('welcome')
  let n = 0
  const allIsWell = async () => {
    n += 1
    neighbour.write(request(n))
    expect(await neighbour.hear('reply')).toMatchObject({ n, message: { content: n } })
    expect(errors).toEqual([])
  }
  return { port, allIsWell }
}

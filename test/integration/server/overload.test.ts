/** More work than can be done, on real sockets. */

import { expect, test } from 'vitest'
import { greeted } from './raw-client.js'
import { serve } from './serve.js'

/** Holds the event loop up. */
const hold = (ms: number) => {
  const until = performance.now() + ms
  while (performance.now() < until);
  return 'done'
}

/** More requests than this are never needed. */
const most = 400

test('a server whose handlers never let it come to itself turns new requests away, which run when they come again', async () => {
  const { manager, url } = await serve({ config: { overload: { delay: 1 } } })
  const ran: string[] = []
  manager.registerHandler('work', ({ id }) => {
    ran.push(id)
    return hold(10)
  })
  const { client } = await greeted(url)
  let n = 0
  const ask = () => client.request(++n, 'work', null)
  // Eight are always on their way.
  for (let i = 0; i < 8; i++) ask()
  let answer = await client.nextOf('reply', 'error')
  while (answer.kind === 'reply' && n < most) {
    ask()
    answer = await client.nextOf('reply', 'error')
  }
  expect(answer).toMatchObject({ kind: 'error', refused: true, error: { code: 'OVERLOADED', mayHaveExecuted: false } })
  const turnedAway = Number(answer['n'])
  for (let i = 1; i < 8; i++) await client.nextOf('reply', 'error')
  expect(ran).not.toContain(`message-${turnedAway}`)
  while (answer.kind === 'error' && n++ < 2 * most) {
    client.request(turnedAway, 'work', null)
    answer = await client.nextOf('reply', 'error')
  }
  expect(answer).toMatchObject({ kind: 'reply', n: turnedAway })
  expect(ran).toHaveLength(new Set(ran).size)
})

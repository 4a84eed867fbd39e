import { expect, test } from 'vitest'
import { Presence } from './presence.js'
import { ack, attached, detached, hello } from './test-frames.js'

const watching = (remembered = 10) => {
  let now = 0
  const presence = new Presence({ remembered, wall: () => now })
  const at = (ms: number, ...effects: Parameters<Presence['performed']>[0][]) => {
    now = ms
    for (const effect of effects) presence.performed(effect)
  }
  const seen = () =>
    [...presence.all()].map(({ id, attached, sinceMs, left }) => [id, attached ? 'here' : 'away', sinceMs, left])
  return { presence, at, seen }
}

test('a session has a link, or had one, since then, and it is known why not any more', () => {
  const { presence, at, seen } = watching()
  at(100, attached(1))
  expect(seen()).toEqual([['s', 'here', 100, undefined]])
  expect(presence.find('s')).toMatchObject({ user: 'ann', over: false })
  at(200, detached(1))
  expect(seen()).toEqual([['s', 'away', 200, 'The link was lost.']])
  at(300, attached(2))
  expect(seen()).toEqual([['s', 'here', 300, 'The link was lost.']])
  // What has ended ends once.
  at(400, detached(1))
  expect(seen()).toEqual([['s', 'here', 300, 'The link was lost.']])
})

test('a session that is over is forgotten, and says so to who still knows it', () => {
  const { presence, at } = watching()
  at(1, attached(1), detached(1))
  const session = presence.find('s')
  at(2, { kind: 'ended', session: 's', user: 'ann' }, { kind: 'ended', session: 'nobody', user: 'ann' })
  expect([session?.over, presence.find('s')]).toEqual([true, undefined])
})

test('of those without a link the oldest is forgotten, of those with one none', () => {
  const { at, seen } = watching(1)
  const ids = () => seen().map(([id]) => id)
  for (const link of [1, 2, 3]) at(link, attached(link, `s${link}`))
  at(4, detached(2, 's2'))
  at(5, detached(1, 's1'))
  expect(ids()).toEqual(['s1', 's3'])
  // Who came back and left again left last.
  at(6, attached(4, 's1'))
  at(7, detached(3, 's3'))
  at(8, detached(4, 's1'))
  expect(ids()).toEqual(['s1'])
})

test('what a client has for good, it says in each ack, and in its hello, which counts once the link is welcome', () => {
  const { presence, at } = watching()
  const settled = () => presence.find('s')?.settled
  at(1, attached(1))
  expect(settled()).toEqual({ floor: 0, settled: [] })
  presence.heard(ack(1, { floor: 3, settled: [[5, 6]] }))
  expect(settled()).toMatchObject({ floor: 3, settled: [[5, 6]] })
  presence.heard(ack(9, { floor: 99 }))
  presence.heard(hello(2, { floor: 8 }))
  expect(settled()).toMatchObject({ floor: 3 })
  at(2, detached(1), attached(2))
  expect(settled()).toMatchObject({ floor: 8, settled: [] })
  // A link that was never welcome says nothing.
  for (const end of [
    () => presence.heard({ kind: 'closed', link: 3 }),
    () => at(3, { kind: 'abandon', link: 3, code: 1000, reason: '' }),
  ]) {
    presence.heard(hello(3, { floor: 50 }))
    end()
    at(4, attached(3))
    expect(settled()).toMatchObject({ floor: 8 })
  }
})

import { expect, test } from 'vitest'
import { Presence } from './presence.js'
import { attached, detached } from './test-frames.js'

const seen = (presence: Presence) => [...presence.all()].map(({ id, link, sinceMs, left }) => [id, link, sinceMs, left])

test('a session has a link, or had one, since then, and it is known why not any more', () => {
  const presence = new Presence(10)
  presence.attached(attached(1), 100)
  expect(seen(presence)).toEqual([['s', 1, 100, undefined]])
  expect(presence.ofLink(1)).toBe(presence.find('s'))
  presence.detached(detached(1), 200)
  expect(seen(presence)).toEqual([['s', undefined, 200, 'The link was lost.']])
  expect(presence.ofLink(1)).toBeUndefined()
  presence.attached(attached(2), 300)
  expect(seen(presence)).toEqual([['s', 2, 300, 'The link was lost.']])
})

test('an older link that ends late changes nothing', () => {
  const presence = new Presence(10)
  presence.attached(attached(1), 100)
  presence.attached(attached(2), 200)
  presence.detached(detached(1), 300)
  expect(presence.find('s')).toMatchObject({ link: 2, sinceMs: 200 })
})

test('a session that is over is forgotten', () => {
  const presence = new Presence(10)
  const session = presence.attached(attached(1), 100)
  expect(presence.ended('s')).toBe(session)
  expect(presence.ended('s')).toBeUndefined()
  expect([seen(presence), presence.ofLink(1)]).toEqual([[], undefined])
})

test('of those without a link the oldest is forgotten, of those with one none', () => {
  const presence = new Presence(1)
  for (const link of [1, 2, 3]) presence.attached(attached(link, `s${link}`), link)
  expect(presence.detached(detached(2, 's2'), 4)).toEqual([])
  expect(presence.detached(detached(1, 's1'), 5).map(({ id }) => id)).toEqual(['s2'])
  expect(seen(presence).map(([id]) => id)).toEqual(['s1', 's3'])
  // Who came back and left again left last.
  presence.attached(attached(4, 's1'), 6)
  presence.detached(detached(3, 's3'), 7)
  expect(presence.detached(detached(4, 's1'), 8).map(({ id }) => id)).toEqual(['s3'])
})

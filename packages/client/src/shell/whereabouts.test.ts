import { expect, test } from 'vitest'
import type { Status } from '../api/status.js'
import { type Line, type Way, whereabouts } from './whereabouts.js'

const now = 1_000_000

const where = (way: Way, line: Partial<Line> = {}) =>
  whereabouts(way, { status: { state: 'online' }, link: 4, since: now - 12_000, ...line }, now)

test.for([
  [
    { state: 'waiting', reason: 'No connection (1006: connect ECONNREFUSED).', until: now + 3_000 },
    'no link for 12 s: No connection (1006: connect ECONNREFUSED); next try in 3 s',
  ],
  [{ state: 'waiting', reason: 'Later', until: now - 1 }, 'no link for 12 s: Later; next try in 0 s'],
  [{ state: 'connecting' }, 'no link for 12 s'],
  [{ state: 'idle' }, 'no link for 12 s'],
  [{ state: 'unauthorized', reason: 'Expired.' }, 'no link for 12 s: Expired'],
  [{ state: 'online' }, 'link 4 takes no more for now'],
  [{ state: 'closed' }, 'no link for 12 s'],
] satisfies readonly (readonly [Status, string])[])(
  'never sent, and the client is %o: it says why',
  ([status, words]) => {
    expect(where({}, { status })).toBe(words)
  },
)

test('sent, it says on which link, and whether that was lost', () => {
  expect(where({ link: 4 })).toBe('on link 4')
  expect(where({ lostLink: 3, link: 4 })).toBe('on link 3, which was lost; asked again on link 4')
  expect(where({ link: 4 }, { status: { state: 'connecting' } })).toBe('on link 4, which was lost; no link for 12 s')
  expect(where({ lostLink: 2, link: 3 }, { status: { state: 'connecting' } })).toBe(
    'on link 2, which was lost; asked again on link 3, which was lost; no link for 12 s',
  )
})

test('what the server put off says why, and what runs says when that was last heard', () => {
  expect(where({ link: 4, putOff: 'RATE_LIMITED' })).toBe('on link 4; put off: RATE_LIMITED')
  expect(where({ link: 4, heardAtMs: now - 4_000 })).toBe('on link 4; still working, last heard 4 s ago')
})

/** How many sessions there are at most, and what goes first; batches, whole and alone. */

import type { Json } from '@backchat/protocol'
import type { Operation, Result } from '@backchat/server/store'
import { like, same } from './expect.js'
import { begin, storeCase } from './subject.js'

export const boundCases = [
  storeCase('at most so many sessions of a user: the one that lost its link first goes first', async (subject) => {
    const fences = []
    for (let client = 0; client < 10; client++) fences.push(await subject.fence({ client: `${client}` }))
    same(await subject.greet({ client: 'one more' }), { op: 'greet', status: 'full' }, 'One more')
    like(await subject.greet({ user: 'bob', client: 'one more' }), { status: 'ok' }, 'Another user')
    for (const client of ['7', '3']) await subject.detach(1, { client })
    const over = [{ session: fences[7]?.session, user: 'ann' }]
    like(await subject.greet({ client: 'one more' }), { status: 'ok', over }, 'One more when two are detached')
    // The third was greeted again, so it is no longer without a link.
    like(await subject.greet({ client: '3', attempt: 2 }), { resumed: true, over: [] }, 'One that comes back')
    like(await subject.greet({ client: 'yet another' }), { status: 'full' }, 'One more when none is detached')
  }),

  storeCase(
    'at most so many in all, and a record that is replaced needs no room',
    async (subject) => {
      const ann = await subject.fence({ user: 'ann' })
      await subject.fence({ user: 'bob' })
      same(await subject.greet({ user: 'eve' }), { op: 'greet', status: 'full' }, 'One more')
      const replaced = await subject.greet({ user: 'bob', attempt: 2, epoch: 'forgotten' })
      like(replaced, { status: 'ok', resumed: false }, 'One that replaces its own')
      like(await subject.greet({ user: 'bob', attempt: 3 }), { resumed: true }, 'One that comes back')
      await subject.detach()
      const over = [{ session: ann.session, user: 'ann' }]
      like(await subject.greet({ user: 'eve' }), { status: 'ok', over }, 'One more when one is detached')
      same((await subject.append({ to: 'all' })).length, 2, 'How many there are')
    },
    { bounds: { maxSessions: 2 } },
  ),

  storeCase(
    'a session that ended makes room',
    async (subject) => {
      const fence = await subject.fence()
      await subject.ask({ op: 'end', fence })
      like(await subject.greet({ user: 'bob' }), { status: 'ok', over: [] }, 'The next')
      like(await subject.greet({ user: 'eve' }), { status: 'full' }, 'One more')
    },
    { bounds: { maxSessions: 1 } },
  ),

  storeCase(
    'of the sessions of an owner that ended any may go, and before those that lost their link later',
    async (subject) => {
      const { session } = await subject.fence({ user: 'ann', owner: 'other' })
      await subject.ask({ op: 'retire', owner: 'other' })
      await subject.fence({ user: 'bob' })
      await subject.detach(1, { user: 'bob' })
      like(await subject.greet({ user: 'eve' }), { over: [{ session, user: 'ann' }] }, 'The hello')
    },
    { bounds: { maxSessions: 2 } },
  ),

  storeCase('the results of a batch stand in the places of its operations', async (subject) => {
    const fence = await subject.fence()
    const results = await subject.apply(
      begin(fence, 1),
      { op: 'append', target: { to: 'all' }, message: '1' as Json, bytes: 1, owner: 'me' },
      begin(fence, 1),
      { op: 'read', fence, after: 0, most: 9 },
    )
    const expected = [
      { op: 'begin', status: 'new' },
      { op: 'append', appended: [{ push: 1 }] },
      { op: 'begin', status: 'started' },
      { op: 'read', pushes: [{ push: 1 }] },
    ]
    like(results, expected, 'The results')
    same(await subject.apply(), [], 'The results of nothing')
  }),

  storeCase('batches that are under way at once are carried out one after another, in order', async (subject) => {
    const { session } = await subject.fence()
    const push = { op: 'append', target: { to: 'all' }, message: '1' as Json, bytes: 1, owner: 'me' } as const
    const batch: readonly Operation[] = [push, push, push]
    const results = await Promise.all([1, 2, 3, 4].map(async () => subject.store.apply(batch)))
    const numbers = results.map((result) => result.map(pushOf))
    same(
      numbers,
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
        [10, 11, 12],
      ],
      `The numbers in ${session}`,
    )
  }),
]

const pushOf = (result: Result) => (result.op === 'append' ? result.appended[0]?.push : undefined)

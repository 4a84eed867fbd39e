/** What a store that outlives its process still has when it is opened again: everything. */

import { like, same } from './expect.js'
import { begin, chunks, confirm, ended, finish, runOf, storeCase } from './subject.js'

export const persistenceCases = [
  storeCase(
    'sessions, journals, logs and asks are found again',
    async (subject) => {
      const fence = await subject.fence()
      const { session } = fence
      for (const n of [1, 2, 3, 4]) await subject.ask(begin(fence, n))
      await subject.ask(chunks(runOf(fence, 1), 0, 'a', 'b', 'c'))
      await subject.ask(finish(runOf(fence, 2), 'two'))
      await subject.apply(chunks(runOf(fence, 3), 0, 'x', 'y'), finish(runOf(fence, 3), 'three', 2))
      await subject.ask(
        confirm(fence, {
          chunks: [
            [1, 1],
            [3, 2],
          ],
          settled: [[7, 9]],
        }),
      )
      await subject.append({ to: 'all' }, 'one')
      await subject.question(session)
      await subject.question(session)
      await subject.ask({ op: 'withdraw', session, push: 3, owner: 'other' })
      await subject.ask({ op: 'join', session, room: 'lobby' })
      await subject.reopen()
      like(await subject.ask(begin(fence, 1, { from: 1 })), { status: 'started', chunks: ['"b"', '"c"'] }, 'A stream')
      like(await subject.ask(begin(fence, 2)), { status: 'ended', ending: ended('two') }, 'An answer')
      like(
        await subject.ask(begin(fence, 3, { from: 2 })),
        { status: 'ended', count: 2, chunks: [] },
        'A stream that ended',
      )
      like(await subject.ask(begin(fence, 3, { from: 1 })), { status: 'lost' }, 'A chunk that was taken')
      like(await subject.ask(begin(fence, 8)), { status: 'settled' }, 'What was settled')
      const pushes = [
        { push: 1, message: '"one"' },
        { push: 2, message: '"sure?"' },
        { push: 3, withdraws: 3 },
      ]
      like(await subject.pushes(fence), pushes, 'The log')
      await subject.answers(chunks(runOf(fence, 1), 3, 'd'), { status: 'ok' })
      await subject.answers({ op: 'answer', fence, push: 2, ending: ended('yes') }, { status: 'ok' })
      same(await subject.append({ to: 'room', room: 'lobby' }), [{ session, push: 4 }], 'A push to the room')
      like(await subject.greet({ attempt: 1 }), { status: 'stale' }, 'An old hello')
      like(await subject.greet({ attempt: 2, epoch: fence.epoch }), { resumed: true, head: 4 }, 'The next hello')
    },
    { needs: 'reopen' },
  ),

  storeCase(
    'of a run that was forgotten and begun anew, or taken over, in one batch, nothing older is found again',
    async (subject) => {
      const fence = await subject.fence()
      for (const n of [1, 2]) {
        const owner = n === 1 ? 'me' : 'other'
        await subject.apply(begin(fence, n, { owner }), chunks(runOf(fence, n, owner), 0, 'old', 'older', 'oldest'))
      }
      await subject.apply({ op: 'forget', run: runOf(fence, 1) }, begin(fence, 1), chunks(runOf(fence, 1), 0, 'a', 'b'))
      const takeOver = begin(fence, 2, { idempotent: true })
      await subject.apply({ op: 'retire', owner: 'other' }, takeOver, chunks(runOf(fence, 2), 0, 'a', 'b'))
      await subject.reopen()
      for (const n of [1, 2]) like(await subject.ask(begin(fence, n)), { chunks: ['"a"', '"b"'] }, `The chunks of ${n}`)
    },
    { needs: 'reopen' },
  ),

  storeCase(
    'owners and their notes are found again',
    async (subject) => {
      const { session } = await subject.fence()
      await subject.append({ to: 'all' }, 'hi', 'other')
      await subject.reopen()
      same(await subject.notes('me'), [{ note: 'push', session }], 'The notes')
      await subject.reopen()
      await subject.enlist('me again', 'node 1')
      like(await subject.renew('me'), { status: 'gone' }, 'The older incarnation')
      like(await subject.renew('other'), { status: 'ok' }, 'The other node')
    },
    { needs: 'reopen' },
  ),

  storeCase(
    'the order of what ended, and of what lost its link, is found again',
    async (subject) => {
      const fence = await subject.fence({ client: 'a' })
      const half = 'x'.repeat(512 * 1024 - 2)
      for (const n of [3, 1, 2]) {
        await subject.reopen()
        await subject.apply(begin(fence, n), finish(runOf(fence, n), half))
      }
      like(await subject.ask(begin(fence, 3)), { status: 'lost' }, 'What ended first')
      like(await subject.ask(begin(fence, 1)), { status: 'ended' }, 'What ended second')
      const first = await subject.fence({ client: 'b' })
      await subject.detach(1, { client: 'b' })
      await subject.reopen()
      await subject.detach(1, { client: 'a' })
      await subject.reopen()
      like(await subject.greet({ client: 'c' }), { over: [{ session: first.session }] }, 'Who went')
    },
    { needs: 'reopen', bounds: { maxSessionsPerUser: 2 } },
  ),

  storeCase(
    'nothing comes back that had ended',
    async (subject) => {
      const fence = await subject.fence()
      await subject.apply(begin(fence, 1), chunks(runOf(fence, 1), 0, 'a', 'b'), {
        op: 'join',
        session: fence.session,
        room: 'r',
      })
      await subject.append({ to: 'all' })
      await subject.ask({ op: 'end', fence })
      await subject.reopen()
      const again = await subject.fence({ newSession: fence.session, newEpoch: fence.epoch })
      like(await subject.ask(begin(again, 1)), { status: 'new' }, 'The begin')
      await subject.reopen()
      like(await subject.ask(begin(again, 1)), { status: 'started', chunks: [] }, 'The second begin')
      same(await subject.pushes(again), [], 'The log')
      same(await subject.append({ to: 'room', room: 'r' }), [], 'A push to the room')
    },
    { needs: 'reopen' },
  ),
]

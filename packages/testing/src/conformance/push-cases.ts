/** Pushes and asks: numbered where they are appended, read by cursor, withdrawn and answered [P-23, P-24, P-33]. */

import { limits } from '@backchat/protocol'
import type { Target } from '@backchat/server/store'
import { like, same } from './expect.js'
import { confirm, ended, type Subject, storeCase } from './subject.js'

const answering = (subject: Subject, fence: Parameters<Subject['pushes']>[0], push: number) =>
  subject.ask({ op: 'answer', fence, push, ending: ended('yes') })

const withdrawing = (subject: Subject, session: string, push: number, owner = 'other') =>
  subject.ask({ op: 'withdraw', session, push, owner })

export const pushCases = [
  storeCase('who has had a push that is not known is fenced: the store went back', async (subject) => {
    const fence = await subject.fence()
    same(await subject.ask(confirm(fence, { push: 1 })), { op: 'confirm', status: 'fenced' }, 'A push above the head')
  }),

  storeCase('pushes are numbered for each session by itself', async (subject) => {
    const ann = await subject.fence()
    await subject.append({ to: 'session', session: ann.session })
    const bob = await subject.fence({ user: 'bob' })
    const both = await subject.append({ to: 'all' }, 'both')
    const numbers = new Map(both.map(({ session, push }) => [session, push]))
    same([numbers.size, numbers.get(ann.session), numbers.get(bob.session)], [2, 2, 1], 'The numbers')
    const read = await subject.ask({ op: 'read', fence: ann, after: 1, most: 9 })
    same(read, { op: 'read', status: 'ok', head: 2, pushes: [{ push: 2, message: '"both"' }] }, 'The log')
  }),

  storeCase('a push reaches the sessions of a user, and those of a room but for who is excepted', async (subject) => {
    const { session: one } = await subject.fence({ client: '1' })
    const { session: two } = await subject.fence({ client: '2' })
    const { session: bob } = await subject.fence({ user: 'bob' })
    for (const session of [one, one, bob]) {
      same(await subject.ask({ op: 'join', session, room: 'lobby' }), { op: 'join', status: 'ok' }, 'Joining')
    }
    const reaches = async (target: Target, ...sessions: readonly string[]) => {
      const reached = (await subject.append(target)).map(({ session }) => session)
      same(reached.sort(), [...sessions].sort(), `Whom ${JSON.stringify(target)} reaches`)
    }
    await reaches({ to: 'user', user: 'ann' }, one, two)
    await reaches({ to: 'room', room: 'lobby' }, one, bob)
    await reaches({ to: 'room', room: 'lobby', except: [bob] }, one)
    for (const _ of [1, 2]) await subject.answers({ op: 'leave', session: one, room: 'lobby' }, { status: 'ok' })
    await reaches({ to: 'room', room: 'lobby' }, bob)
    await reaches({ to: 'room', room: 'lob' })
    await reaches({ to: 'all' }, one, two, bob)
  }),

  storeCase('a target that meets no session stores nothing', async (subject) => {
    const targets = [
      { to: 'session', session: 'nobody' },
      { to: 'session', session: '' },
      { to: 'session', session: 'nobody '.repeat(2_000) },
      { to: 'user', user: 'nobody' },
      { to: 'user', user: '' },
      { to: 'room', room: 'empty' },
      { to: 'room', room: '' },
      { to: 'all' },
    ] as const
    for (const target of targets) same(await subject.append(target), [], `A push to ${target.to}`)
    for (const op of ['join', 'leave'] as const) {
      same(await subject.ask({ op, session: 'nobody', room: 'lobby' }), { op, status: 'gone' }, op)
    }
  }),

  storeCase('what retention took is told as a gap, to who reads and to who comes back', async (subject) => {
    const fence = await subject.fence()
    for (let push = 0; push < limits.logPushes + 3; push++) await subject.append({ to: 'all' })
    const read = (after: number) => subject.ask({ op: 'read', fence, after, most: 1 })
    like(await read(1), { gap: { from: 2, to: 3 }, pushes: [{ push: 4 }], head: limits.logPushes + 3 }, 'After 1')
    like(await read(2), { gap: { from: 3, to: 3 }, pushes: [{ push: 4 }] }, 'After 2')
    same(Object.keys(await read(3)).includes('gap'), false, 'Whether there is a gap after 3')
    const back = await subject.greet({ attempt: 2, lastPush: 2 })
    like(back, { gap: { from: 3, to: 3 }, head: limits.logPushes + 3 }, 'Who has 2')
    same(Object.keys(await subject.greet({ attempt: 3, lastPush: 3 })).includes('gap'), false, 'A gap for who has 3')
  }),

  storeCase('many pushes in one batch keep no more than there is room for', async (subject) => {
    const fence = await subject.fence()
    const push = { op: 'append', target: { to: 'all' }, message: '1', bytes: 1, owner: 'me' } as never
    await subject.apply(...Array.from({ length: limits.logPushes + 50 }, () => push))
    const pushes = await subject.pushes(fence, 50)
    same([pushes.length, pushes[0]?.push], [limits.logPushes, 51], 'How many are kept, and the first')
  }),

  storeCase('a log is bounded by its bytes, too', async (subject) => {
    const fence = await subject.fence()
    for (const letter of 'xyz') await subject.append({ to: 'all' }, letter.repeat(limits.logBytes / 2 - 2))
    const read = await subject.ask({ op: 'read', fence, after: 0, most: 9 })
    like(read, { gap: { from: 1, to: 1 }, head: 3, pushes: [{ push: 2 }, { push: 3 }] }, 'The log')
  }),

  storeCase('pushes that the client has are forgotten, and are no gap', async (subject) => {
    const fence = await subject.fence()
    for (const text of 'abc') await subject.append({ to: 'all' }, text)
    await subject.ask(confirm(fence, { push: 2 }))
    await subject.ask(confirm(fence, { push: 1 }))
    const read = await subject.ask({ op: 'read', fence, after: 2, most: 9 })
    same(read, { op: 'read', status: 'ok', head: 3, pushes: [{ push: 3, message: '"c"' }] }, 'The log')
    await subject.ask(confirm(fence, { push: 3 }))
    same(await subject.append({ to: 'all' }), [{ session: fence.session, push: 4 }], 'The next push')
  }),

  storeCase('a read brings at most as many as were asked for, in order', async (subject) => {
    const fence = await subject.fence()
    for (const text of 'abcd') await subject.append({ to: 'all' }, text)
    like(
      await subject.pushes(fence, 1, 2),
      [
        { push: 2, message: '"b"' },
        { push: 3, message: '"c"' },
      ],
      'Two of four',
    )
    same(await subject.pushes(fence, 4), [], 'What is above the head')
  }),

  storeCase(
    'an ask is a push with the time that is left for its answer',
    async (subject) => {
      const fence = await subject.fence()
      const appended = [{ session: fence.session, push: 1 }]
      same(await subject.question(fence.session), { op: 'append', status: 'ok', appended }, 'The ask')
      await subject.later(15_000, 'me', 'other')
      same(await subject.pushes(fence), [{ push: 1, message: '"sure?"', leftMs: 45_000 }], 'The push')
      await subject.later(50_000, 'me', 'other')
      same(await subject.pushes(fence), [{ push: 1, message: '"sure?"', leftMs: 0 }], 'The push later')
    },
    { needs: 'advance' },
  ),

  ...['other', 'me'].map((owner) =>
    storeCase(`the first answer counts, and is left for who asked: ${owner}`, async (subject) => {
      const fence = await subject.fence()
      await subject.question(fence.session, owner)
      await subject.read('me')
      same(await answering(subject, fence, 1), { op: 'answer', status: 'ok' }, 'The answer')
      same(await answering(subject, fence, 1), { op: 'answer', status: 'known' }, 'The same again')
      const note = { note: 'answered', session: fence.session, push: 1, answer: ended('yes') }
      same(await subject.notes(owner), [note], 'The note')
      same(await withdrawing(subject, fence.session, 1, owner), { op: 'withdraw', status: 'ended' }, 'A withdrawal')
    }),
  ),

  storeCase('an answer to what was not asked changes nothing', async (subject) => {
    const fence = await subject.fence()
    await subject.append({ to: 'all' })
    for (const push of [1, 7]) like(await answering(subject, fence, push), { status: 'known' }, 'The answer')
    like(await subject.pushes(fence), [{ push: 1, message: '"hi"' }], 'The log')
  }),

  storeCase('who reads an ask after its answer is not asked again', async (subject) => {
    const fence = await subject.fence()
    await subject.question(fence.session)
    await answering(subject, fence, 1)
    same(await subject.pushes(fence), [{ push: 1, withdraws: 1 }], 'The log')
  }),

  storeCase('an ask that was never given is withdrawn in its place', async (subject) => {
    const fence = await subject.fence()
    await subject.question(fence.session)
    same(await withdrawing(subject, fence.session, 1), { op: 'withdraw', status: 'ok', given: false }, 'The withdrawal')
    same(await withdrawing(subject, fence.session, 1), { op: 'withdraw', status: 'ended' }, 'The second one')
    same(await subject.pushes(fence), [{ push: 1, withdraws: 1 }], 'The log')
    like(await answering(subject, fence, 1), { status: 'known' }, 'An answer')
  }),

  storeCase('an ask that a link may have had is withdrawn by a push of its own', async (subject) => {
    const fence = await subject.fence()
    await subject.question(fence.session)
    await subject.pushes(fence)
    await subject.read('me')
    const withdrawn = await withdrawing(subject, fence.session, 1)
    same(withdrawn, { op: 'withdraw', status: 'ok', given: true, push: 2 }, 'The withdrawal')
    same(await subject.pushes(fence, 1), [{ push: 2, withdraws: 1 }], 'The log')
    same(await subject.notes('me'), [{ note: 'push', session: fence.session }], 'The note')
    like(await subject.append({ to: 'all' }), [{ push: 3 }], 'The next push')
  }),

  storeCase('what the node with the link appends is given at once', async (subject) => {
    const { session } = await subject.fence()
    await subject.question(session, 'me')
    like(await withdrawing(subject, session, 1, 'me'), { given: true, push: 2 }, 'The withdrawal')
  }),

  storeCase('what a node appends that has ended and may not know it counts as given', async (subject) => {
    const { session } = await subject.fence()
    await subject.ask({ op: 'retire', owner: 'me' })
    await subject.question(session, 'me')
    like(await withdrawing(subject, session, 1, 'me'), { given: true }, 'The withdrawal')
  }),

  storeCase('nothing that is appended while there is no link is given', async (subject) => {
    const { session } = await subject.fence()
    await subject.detach()
    await subject.question(session, 'me')
    like(await withdrawing(subject, session, 1, 'me'), { given: false }, 'The withdrawal')
  }),

  ...['confirmation', 'hello'].map((way) =>
    storeCase(`what the client has by its ${way} was given`, async (subject) => {
      const fence = await subject.fence()
      await subject.question(fence.session)
      if (way === 'hello') await subject.greet({ attempt: 2, lastPush: 1 })
      else await subject.ask(confirm(fence, { push: 1 }))
      like(await withdrawing(subject, fence.session, 1), { given: true }, 'The withdrawal')
    }),
  ),

  storeCase('another page has forgotten what it was asked; what it was not given it will be asked', async (subject) => {
    const fence = await subject.fence()
    const { session } = fence
    await subject.question(session)
    await subject.pushes(fence)
    await subject.question(session)
    await subject.greet({ attempt: 2 })
    same(await subject.notes('other'), [], 'Notes after a hello of the same page')
    await subject.greet({ attempt: 3, page: 'reloaded', epoch: fence.epoch })
    const note = { note: 'answered', session, push: 1, answer: { ok: 'unknown' } }
    same(await subject.notes('other'), [note], 'Notes after a hello of another page')
    const pushes = await subject.pushes({ ...fence, attempt: 3 })
    like(
      pushes,
      [
        { push: 1, withdraws: 1 },
        { push: 2, message: '"sure?"' },
      ],
      'The log',
    )
    like(await answering(subject, { ...fence, attempt: 3 }, 1), { status: 'known' }, 'An answer to the first')
    like(await answering(subject, { ...fence, attempt: 3 }, 2), { status: 'ok' }, 'An answer to the second')
  }),

  storeCase(
    'an ask that is past retention and was never given ends; one that was given may be answered',
    async (subject) => {
      const fence = await subject.fence()
      const { session } = fence
      await subject.question(session)
      await subject.pushes(fence)
      await subject.question(session)
      for (let push = 0; push < limits.logPushes; push++) await subject.append({ to: 'all' }, 'hi', 'other')
      const note = { note: 'answered', session, push: 2, answer: { ok: 'trimmed' } }
      same(await subject.notes('other'), [note], 'The note')
      like(await answering(subject, fence, 1), { status: 'ok' }, 'The answer to what was given')
    },
  ),

  storeCase('a session has a bounded number of open asks; whatever ends makes room', async (subject) => {
    const fence = await subject.fence()
    const { session } = fence
    await subject.fence({ user: 'bob' })
    for (let push = 1; push <= limits.asks; push++)
      like(await subject.question(session), { appended: [{ push }] }, 'It')
    const full = { op: 'append', status: 'ok', appended: [], full: true }
    same(await subject.question(session, 'me'), full, 'One more')
    like(await subject.append({ to: 'session', session }), [{ push: limits.asks + 1 }], 'A push that asks nothing')
    await answering(subject, fence, 1)
    like(await subject.question(session, 'me'), { appended: [{ push: limits.asks + 2 }] }, 'One after an answer')
    await subject.ask({ op: 'retire', owner: 'other' })
    await subject.enlist('third')
    for (let asked = 1; asked < limits.asks; asked++) {
      like(await subject.question(session, 'third'), { appended: [{ session }] }, 'One after its owner ended')
    }
    same(await subject.question(session, 'third'), full, 'One more again')
  }),

  storeCase('with the session its asks end', async (subject) => {
    const fence = await subject.fence()
    const { session } = fence
    await subject.question(session)
    await subject.ask({ op: 'end', fence })
    same(await subject.notes('other'), [{ note: 'over', session, user: 'ann' }], 'The note')
    same(await withdrawing(subject, session, 1), { op: 'withdraw', status: 'gone' }, 'A withdrawal')
    like(await answering(subject, fence, 1), { status: 'fenced' }, 'An answer')
    same(await subject.question(session), { op: 'append', status: 'ok', appended: [] }, 'Another ask')
  }),
]

/** Owners, their leases, and sessions that end by time [P-31, P-35]. */

import { like, same } from './expect.js'
import { begin, chunks, finish, runOf, storeCase } from './subject.js'

export const ownerCases = [
  storeCase(
    'a logout ends all sessions of a user, tells whoever holds one, and touches nobody else',
    async (subject) => {
      const held = await subject.fence({ client: 'one', owner: 'other' })
      const mine = await subject.fence({ client: 'two' })
      const bobs = await subject.fence({ user: 'bob' })
      const over = [held, mine].map(({ session }) => ({ session, user: 'ann' }))
      const result = await subject.ask({ op: 'logout', user: 'ann', owner: 'me' })
      like(result, { op: 'logout', status: 'ok' }, 'It')
      if (result.op !== 'logout') throw new Error('Another result')
      const sorted = [...result.over].sort((a, b) => a.session.localeCompare(b.session))
      same(
        sorted,
        [...over].sort((a, b) => a.session.localeCompare(b.session)),
        'The sessions that ended',
      )
      const note = { note: 'over', session: held.session, user: 'ann', loggedOut: true }
      like(await subject.renew('other'), { status: 'ok', notes: [note] }, 'The notes of the other owner')
      await subject.answers({ op: 'end', fence: mine }, { status: 'gone' })
      await subject.answers(begin(bobs, 1), { status: 'new' })
      like(await subject.ask({ op: 'logout', user: 'nobody', owner: 'me' }), { status: 'ok', over: [] }, 'Nobody')
    },
  ),

  storeCase('an owner that retires ends at once, for ever', async (subject) => {
    const fence = await subject.fence()
    for (const n of [1, 2, 3, 4]) await subject.ask(begin(fence, n, { owner: 'other' }))
    for (const _ of [1, 2])
      same(await subject.ask({ op: 'retire', owner: 'other' }), { op: 'retire', status: 'ok' }, 'It')
    same(await subject.renew('other'), { op: 'renew', status: 'gone' }, 'A renewal')
    same(await subject.ask(begin(fence, 1)), { op: 'begin', status: 'unknown' }, 'A begin of what it ran')
    same(await subject.ask(begin(fence, 1, { idempotent: true })), { op: 'begin', status: 'unknown' }, 'A second begin')
    const run = runOf(fence, 2, 'other')
    for (const late of [chunks(run, 0, 'a'), finish(run), { op: 'forget', run } as const]) {
      same(await subject.ask(late), { op: late.op, status: 'fenced' }, `Its late ${late.op}`)
    }
    await subject.answers(begin(fence, 9, { owner: 'other' }), { status: 'fenced' })
    await subject.answers(begin(fence, 9), { status: 'new' })
  }),

  storeCase(
    'an idempotent request whose owner is gone is taken over, unless its reader has begun to read',
    async (subject) => {
      const fence = await subject.fence()
      for (const n of [1, 2, 3, 5]) {
        await subject.apply(begin(fence, n, { owner: 'other' }), chunks(runOf(fence, n, 'other'), 0, 'old', 'older'))
      }
      await subject.ask({ op: 'retire', owner: 'other' })
      same(
        await subject.ask(begin(fence, 1, { idempotent: true })),
        { op: 'begin', status: 'new', again: true },
        'The first',
      )
      await subject.answers(begin(fence, 2, { idempotent: true, from: 1 }), { status: 'unknown' })
      await subject.answers(begin(fence, 3, { idempotent: true, onlyLookUp: true }), { status: 'unknown' })
      await subject.answers(finish(runOf(fence, 1, 'other')), { status: 'fenced' })
      const onlyWhatIsLeft = { idempotent: true, onlyLookUp: 'at what is new' } as const
      same(await subject.ask(begin(fence, 4, onlyWhatIsLeft)), { op: 'begin', status: 'new' }, 'A look at what is new')
      same(await subject.ask(begin(fence, 4, onlyWhatIsLeft)), { op: 'begin', status: 'new' }, 'Another one')
      same(
        await subject.ask(begin(fence, 5, onlyWhatIsLeft)),
        { op: 'begin', status: 'new', again: true },
        'What is left',
      )
      like(
        await subject.ask(begin(fence, 1)),
        { status: 'started', owner: 'me', again: true, chunks: [] },
        'A second look',
      )
      await subject.answers(chunks(runOf(fence, 1), 0, 'new'), { status: 'ok' })
      await subject.answers(finish(runOf(fence, 1), 'end', 1), { status: 'ok' })
      like(await subject.ask(begin(fence, 1)), { status: 'ended', chunks: ['"new"'] }, 'What is kept')
    },
  ),

  storeCase('taken over, written and ended in one batch, nothing of the older run is kept', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    await subject.apply(begin(fence, 1, { owner: 'other' }), chunks(runOf(fence, 1, 'other'), 0, 'old', 'older'))
    await subject.apply(
      { op: 'retire', owner: 'other' },
      begin(fence, 1, { idempotent: true }),
      chunks(run, 0, 'a', 'b', 'c'),
      finish(run, 'end', 3),
    )
    like(await subject.ask(begin(fence, 1)), { status: 'ended', chunks: ['"a"', '"b"', '"c"'] }, 'What is kept')
  }),

  storeCase('a node that begins again ends its older incarnations at once, and no other node', async (subject) => {
    await subject.enlist('nobody knows where')
    await subject.enlist('me again', 'node 1')
    like(await subject.renew('me'), { status: 'gone' }, 'The older incarnation')
    for (const owner of ['other', 'nobody knows where', 'me again'])
      like(await subject.renew(owner), { status: 'ok' }, owner)
  }),

  storeCase('an owner that enlists again goes on', async (subject) => {
    const fence = await subject.fence()
    await subject.ask(begin(fence, 1))
    await subject.enlist('me', 'node 1')
    await subject.answers(begin(fence, 1, { owner: 'other' }), { status: 'started' })
    await subject.answers(finish(runOf(fence, 1)), { status: 'ok' })
  }),

  storeCase(
    'an owner lives for as long as it renews its lease',
    async (subject) => {
      const fence = await subject.fence()
      await subject.ask(begin(fence, 1, { owner: 'other' }))
      await subject.later(60_000, 'me', 'other')
      await subject.answers(begin(fence, 1), { status: 'started' })
    },
    { needs: 'advance' },
  ),

  storeCase(
    'the first who meets a run whose owner let its lease run out ends that owner for ever',
    async (subject) => {
      const fence = await subject.fence()
      for (const n of [1, 2]) await subject.ask(begin(fence, n, { owner: 'other' }))
      await subject.later(4_999)
      await subject.answers(begin(fence, 1), { status: 'started' })
      await subject.later(1)
      await subject.answers(begin(fence, 1), { status: 'unknown' })
      await subject.answers(finish(runOf(fence, 2, 'other')), { status: 'fenced' })
      like(await subject.renew('other'), { status: 'gone' }, 'Its renewal')
      await subject.answers(begin(fence, 2, { idempotent: true }), { status: 'new', again: true })
    },
    { needs: 'advance' },
  ),

  storeCase(
    'an owner whose lease ran out goes on if nobody has looked meanwhile',
    async (subject) => {
      const fence = await subject.fence()
      await subject.ask(begin(fence, 1))
      await subject.later(60_000)
      await subject.answers(begin(fence, 1), { status: 'started' })
      await subject.answers(finish(runOf(fence, 1)), { status: 'ok' })
      like(await subject.renew('me'), { status: 'ok' }, 'Its renewal')
    },
    { needs: 'advance' },
  ),

  ...['renewal', 'hello'].map((look) =>
    storeCase(
      `a ${look} ends all others whose lease ran out`,
      async (subject) => {
        const looks = () => (look === 'hello' ? subject.greet({ user: 'bob' }) : subject.renew('me'))
        await subject.later(4_999)
        await looks()
        like(await subject.renew('other'), { status: 'ok' }, 'A renewal in time')
        await subject.later(5_000)
        await looks()
        like(await subject.renew('other'), { status: 'gone' }, 'A renewal too late')
      },
      { needs: 'advance' },
    ),
  ),

  storeCase(
    'who was never enlisted starts nothing, and holds no session',
    async (subject) => {
      const fence = await subject.fence({ owner: 'stranger' })
      await subject.answers(begin(fence, 1, { owner: 'stranger' }), { status: 'fenced' })
      like(await subject.renew('stranger'), { status: 'gone' }, 'Its renewal')
      await subject.later(1_000, 'me')
      const over = [{ session: fence.session, user: 'ann' }]
      like(await subject.renew('me', { sessionTtlMs: 1_000 }), { over }, 'The look')
    },
    { needs: 'advance' },
  ),

  storeCase(
    'a session without a link ends after its time, whoever looks',
    async (subject) => {
      const fence = await subject.fence()
      await subject.fence({ user: 'bob' })
      await subject.detach()
      await subject.later(29_999, 'me', 'other')
      like(await subject.renew('other', { sessionTtlMs: 30_000 }), { over: [] }, 'A look before')
      await subject.later(1)
      const over = [{ session: fence.session, user: 'ann' }]
      like(await subject.renew('other', { sessionTtlMs: 30_000 }), { over }, 'A look at that time')
      like(await subject.renew('other', { sessionTtlMs: 30_000 }), { over: [] }, 'A second look')
      await subject.answers({ op: 'end', fence }, { status: 'gone' })
      like(await subject.greet({ attempt: 2, epoch: fence.epoch }), { resumed: false }, 'A hello that comes too late')
    },
    { needs: 'advance' },
  ),

  storeCase(
    'a session that came back in time lives on, whatever its old link says late',
    async (subject) => {
      const { epoch } = await subject.fence()
      await subject.detach()
      await subject.later(10_000, 'me')
      like(await subject.greet({ attempt: 2, epoch }), { resumed: true }, 'The hello')
      like(await subject.detach(1), { status: 'fenced' }, 'The late word')
      await subject.later(60_000, 'me')
      like(await subject.renew('me', { sessionTtlMs: 30_000 }), { over: [] }, 'The look')
    },
    { needs: 'advance' },
  ),

  storeCase(
    'the time without a link counts from the first detach',
    async (subject) => {
      const { session } = await subject.fence()
      await subject.detach()
      await subject.later(10_000, 'me')
      like(await subject.detach(), { status: 'ok' }, 'The second detach')
      await subject.later(10_000, 'me')
      like(await subject.renew('me', { sessionTtlMs: 20_000 }), { over: [{ session, user: 'ann' }] }, 'The look')
    },
    { needs: 'advance' },
  ),

  storeCase(
    'the sessions of an owner that ended are without a link from the end of its lease',
    async (subject) => {
      const { session } = await subject.fence({ owner: 'other' })
      // Nobody looks for a while.
      await subject.later(20_000)
      await subject.later(9_999, 'me')
      like(await subject.renew('me', { sessionTtlMs: 25_000 }), { over: [] }, 'A look before')
      await subject.later(1)
      like(await subject.renew('me', { sessionTtlMs: 25_000 }), { over: [{ session, user: 'ann' }] }, 'A look then')
    },
    { needs: 'advance' },
  ),

  storeCase(
    'one look ends a bounded number of sessions, those first that were without a link for longest',
    async (subject) => {
      const sessions: string[] = []
      for (let user = 0; user < 150; user++) {
        sessions.push((await subject.fence({ user: `${user}` })).session)
        await subject.detach(1, { user: `${user}` })
      }
      await subject.later(2_000, 'me')
      const ended: string[] = []
      for (const most of [100, 50, 0]) {
        const result = await subject.renew('me', { sessionTtlMs: 2_000 })
        if (result.status !== 'ok') throw new Error('The owner has ended.')
        if (result.over.length > 100) throw new Error('One look ended more than 100 sessions.')
        same(result.over.length, most, 'How many ended')
        ended.push(...result.over.map(({ session }) => session))
      }
      same(ended, sessions, 'Who ended, in order')
    },
    { needs: 'advance' },
  ),
]

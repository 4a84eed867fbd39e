/** Notes: what a node does that concerns another one [P-35]. */

import type { Owner } from '@backchat/server/store'
import { like, same } from './expect.js'
import { begin, chunks, confirm, finish, runOf, type Subject, storeCase } from './subject.js'

/** A session that `me` holds while `other` runs its request 1, and no notes. */
const shared = async (subject: Subject) => {
  const old = await subject.fence({ owner: 'other' })
  await subject.ask(begin(old, 1, { owner: 'other' }))
  const fence = await subject.fence({ attempt: 2 })
  await subject.read('other')
  return { fence, session: fence.session, run: runOf(fence, 1, 'other') }
}

const finds = async (subject: Subject, owner: Owner, ...notes: readonly object[]) =>
  same(await subject.notes(owner), notes, `The notes of ${owner}`)

export const noteCases = [
  storeCase('a session that comes by another node leaves its old one a note, and only then', async (subject) => {
    const { session } = await subject.fence()
    await subject.fence({ attempt: 2 })
    await finds(subject, 'me')
    await subject.fence({ attempt: 5, owner: 'other' })
    await finds(subject, 'me', { note: 'superseded', session, attempt: 5 })
    await finds(subject, 'other')
    await subject.detach(5)
    await subject.fence({ attempt: 6 })
    await finds(subject, 'other')
  }),

  storeCase(
    'a push by another node leaves a note to who holds the link, one by itself leaves none',
    async (subject) => {
      const { session } = await shared(subject)
      await subject.append({ to: 'all' })
      await finds(subject, 'me')
      for (const _ of [1, 2]) await subject.append({ to: 'all' }, 'hi', 'other')
      await finds(subject, 'me', { note: 'push', session })
      await subject.read('me')
      await subject.detach(2)
      await subject.append({ to: 'all' }, 'hi', 'other')
      await finds(subject, 'me')
      await finds(subject, 'other')
    },
  ),

  ...(['chunks', 'finish', 'forget'] as const).map((op) =>
    storeCase(`${op} by another node: the one that has the link is told to begin it again`, async (subject) => {
      const { session, run } = await shared(subject)
      const written = { chunks: chunks(run, 0, 'a'), finish: finish(run), forget: { op: 'forget', run } as const }
      await subject.answers(written[op], { status: 'ok' })
      await finds(subject, 'me', { note: 'run', session, n: 1 })
      await finds(subject, 'other')
    }),
  ),

  storeCase('what was not written leaves no note', async (subject) => {
    const { run } = await shared(subject)
    await subject.answers(chunks(run, 7, 'a'), { status: 'fenced' })
    await subject.answers(finish({ ...run, n: 2 }), { status: 'fenced' })
    await finds(subject, 'me')
  }),

  storeCase('a run on the node that has the link leaves no note', async (subject) => {
    const { fence } = await shared(subject)
    const run = runOf(fence, 2)
    await subject.apply(begin(fence, 2), chunks(run, 0, 'a', 'b'), confirm(fence, { chunks: [[2, 1]] }))
    await subject.apply(finish(run, 'end', 2), confirm(fence, { settled: [[2, 2]] }), { op: 'cancel', fence, n: 3 })
    await finds(subject, 'me')
    await finds(subject, 'other')
  }),

  storeCase('a cancel reaches the owner of the run', async (subject) => {
    const { fence, session } = await shared(subject)
    await subject.answers({ op: 'cancel', fence, n: 1 }, { status: 'started', owner: 'other' })
    await finds(subject, 'other', { note: 'cancel', session, n: 1 })
    await finds(subject, 'me')
  }),

  storeCase('what the reader took reaches the owner of the run: only the newest, and only news', async (subject) => {
    const { fence, session, run } = await shared(subject)
    await subject.ask(chunks(run, 0, 'a', 'b', 'c'))
    for (const next of [1, 2]) await subject.ask(confirm(fence, { chunks: [[1, next]] }))
    await finds(subject, 'other', { note: 'took', session, n: 1, next: 2 })
    await subject.read('other')
    await subject.ask(confirm(fence, { chunks: [[1, 2]] }))
    await finds(subject, 'other')
  }),

  ...['confirmation', 'hello'].map((way) =>
    storeCase(`that a run is not waited for any more reaches its owner by a ${way}`, async (subject) => {
      const { fence, session } = await shared(subject)
      if (way === 'hello') await subject.greet({ attempt: 3, floor: 1 })
      else await subject.ask(confirm(fence, { floor: 1 }))
      await finds(subject, 'other', { note: 'settled', session, n: 1 })
    }),
  ),

  ...['word of its client', 'hello with another epoch'].map((way) =>
    storeCase(`the end of a session by a ${way} reaches owners of its runs, and not who is told`, async (subject) => {
      const { fence, session } = await shared(subject)
      if (way === 'word of its client') await subject.ask({ op: 'end', fence })
      else await subject.greet({ attempt: 3, epoch: 'another' })
      await finds(subject, 'other', { note: 'over', session, user: 'ann' })
      await finds(subject, 'me')
    }),
  ),

  storeCase(
    'the end of a session for room reaches who runs something for it, asked it something, or holds it',
    async (subject) => {
      const fence = await subject.fence()
      const { session } = fence
      await subject.ask(begin(fence, 1, { owner: 'other' }))
      await subject.enlist('third')
      await subject.enlist('fourth')
      await subject.question(session, 'third')
      await subject.detach()
      like(await subject.greet({ client: 'new', owner: 'fourth' }), { over: [{ session, user: 'ann' }] }, 'The hello')
      const over = { note: 'over', session, user: 'ann' }
      for (const owner of ['other', 'third']) await finds(subject, owner, over)
      await finds(subject, 'fourth')
    },
    { bounds: { maxSessionsPerUser: 1 } },
  ),

  storeCase(
    'the end of a session by time reaches the others, and not who looked',
    async (subject) => {
      const { session } = await shared(subject)
      await subject.question(session, 'me')
      await subject.detach(2)
      await subject.later(3_000, 'me', 'other')
      const over = [{ session, user: 'ann' }]
      like(await subject.renew('me', { sessionTtlMs: 3_000 }), { over, notes: [] }, 'The look')
      await finds(subject, 'other', { note: 'over', session, user: 'ann' })
    },
    { needs: 'advance' },
  ),

  storeCase('notes stay until they were seen, and one that was left anew meanwhile stays, too', async (subject) => {
    const { session } = await subject.fence()
    const bob = (await subject.fence({ user: 'bob' })).session
    const push = (to: string) => subject.append({ to: 'session', session: to }, 'hi', 'other')
    const seen = async (number: number, expected: object) =>
      like(await subject.renew('me', { seen: number }), expected, `Who has seen ${number}`)
    await push(session)
    await push(bob)
    const [one, two] = [
      { note: 'push', session },
      { note: 'push', session: bob },
    ]
    for (const _ of [1, 2]) await seen(0, { last: 2, notes: [one, two] })
    await seen(1, { last: 2, notes: [two] })
    await push(bob)
    await seen(2, { last: 3, notes: [two] })
    await seen(3, { last: 3, notes: [] })
    await push(session)
    await push(bob)
    await push(session)
    await seen(3, { last: 6, notes: [two, one] })
  }),

  storeCase('who has ended gets no notes, and who begins under its name finds none', async (subject) => {
    await subject.fence()
    await subject.append({ to: 'all' }, 'hi', 'other')
    await subject.ask({ op: 'retire', owner: 'me' })
    await subject.append({ to: 'all' }, 'hi', 'other')
    await subject.enlist('me')
    like(await subject.renew('me'), { last: 0, notes: [] }, 'The notes')
  }),

  storeCase('a hint that is given at all names who has found a note', async (subject) => {
    const { listen } = subject.store
    if (listen === undefined) return
    const heard: Owner[] = []
    const throws = subject.store.listen?.(() => {
      throw new Error('A listener that throws stops nobody.')
    })
    const stop = subject.store.listen?.((owner) => heard.push(owner))
    await subject.fence()
    await subject.append({ to: 'all' }, 'hi', 'other')
    await subject.notes('me')
    if (heard.some((owner) => owner !== 'me')) throw new Error(`Hints for ${heard}, where only me has a note.`)
    stop?.()
    throws?.()
  }),
]

/** Hellos, and the sessions they find, make or end [P-11]. */

import type { Operation } from '@backchat/server/store'
import { like, same } from './expect.js'
import { begin, confirm, ended, finish, runOf, storeCase } from './subject.js'

export const greetingCases = [
  storeCase('the first hello makes a record, the next one finds it with journal and log', async (subject) => {
    const fence = await subject.fence()
    await subject.ask(begin(fence, 1))
    await subject.append({ to: 'session', session: fence.session })
    const { session, epoch } = fence
    same(
      await subject.greet({ attempt: 2, epoch }),
      { op: 'greet', status: 'ok', session, epoch, resumed: true, head: 1, over: [] },
      'The second hello',
    )
    await subject.answers(begin({ ...fence, attempt: 2 }, 1), { status: 'started' })
  }),

  storeCase('a hello without an epoch finds the record, too', async (subject) => {
    const { session } = await subject.fence()
    like(await subject.greet({ attempt: 2 }), { session, resumed: true }, 'A hello whose welcome was lost')
  }),

  storeCase('a hello without an epoch of another page gets a new record, and the old one is over', async (subject) => {
    const { session } = await subject.fence()
    const over = [{ session, user: 'ann' }]
    const copied = await subject.greet({ attempt: 2, page: 'another' })
    like(copied, { resumed: false, head: 0, over }, 'A hello of a copy that knows no session')
  }),

  storeCase('a stale hello, and one with another secret, touch nothing', async (subject) => {
    const fence = await subject.fence({ attempt: 5 })
    same(await subject.greet({ attempt: 5 }), { op: 'greet', status: 'stale' }, 'The same attempt again')
    const older = await subject.greet({ attempt: 4, floor: 9, epoch: 'another' })
    same(older, { op: 'greet', status: 'stale' }, 'An older attempt')
    for (const attempt of [1, 6]) {
      const guessed = await subject.greet({ attempt, floor: 9, secretHash: 'guessed', page: 'another', owner: 'other' })
      same(guessed, { op: 'greet', status: 'not-yours' }, 'Another secret')
    }
    same(await subject.notes('me'), [], 'The notes of the node that has the link')
    await subject.answers(begin(fence, 1), { status: 'new' })
  }),

  storeCase('the same client id of another user is another session', async (subject) => {
    const ann = await subject.fence()
    const bob = await subject.fence({ user: 'bob', secretHash: 'other' })
    if (ann.session === bob.session) throw new Error('Two users share a session.')
  }),

  storeCase('names are only names, whatever they are', async (subject) => {
    const names = ['__proto__', 'constructor', 'a/b', 'a b', 'ä\u0001', '🙂'.repeat(64), 'x'.repeat(128)]
    const sessions = new Set<string>()
    for (const name of names) {
      const fence = await subject.fence({ user: name, client: name, newSession: name, newEpoch: name, page: name })
      sessions.add(fence.session)
      await subject.ask({ op: 'join', session: name, room: name })
      same(await subject.append({ to: 'room', room: name }), [{ session: name, push: 1 }], `A push to room ${name}`)
      same(await subject.append({ to: 'user', user: name }), [{ session: name, push: 2 }], `A push to user ${name}`)
    }
    same(sessions.size, names.length, 'The number of sessions')
  }),

  storeCase('users and rooms may have long names, which are told apart at their ends', async (subject) => {
    const long = 'user '.repeat(2_000)
    for (const end of ['1', '2']) {
      const { session } = await subject.fence({ user: long + end })
      await subject.ask({ op: 'join', session, room: long + end })
    }
    for (const end of ['1', '2']) {
      same((await subject.append({ to: 'user', user: long + end })).length, 1, 'The sessions of a user')
      same((await subject.append({ to: 'room', room: long + end })).length, 1, 'The sessions in a room')
    }
  }),

  storeCase('another epoch is another record, and the old one is over', async (subject) => {
    const old = await subject.fence()
    await subject.ask({ op: 'join', session: old.session, room: 'lobby' })
    const over = [{ session: old.session, user: 'ann' }]
    const greeted = await subject.greet({ attempt: 2, epoch: 'forgotten' })
    like(greeted, { status: 'ok', resumed: false, head: 0, over }, 'A hello with another epoch')
    await subject.answers(begin(old, 1), { status: 'fenced' })
    await subject.answers({ op: 'forget', run: runOf(old, 1) }, { status: 'gone' })
    same(await subject.append({ to: 'room', room: 'lobby' }), [], 'A push to the room of the old record')
  }),

  storeCase('a client that has seen more pushes than there are gets a new record', async (subject) => {
    const { epoch } = await subject.fence()
    await subject.append({ to: 'all' })
    const seen = (lastPush: number, attempt: number) => subject.greet({ attempt, epoch, lastPush })
    like(await seen(1, 2), { resumed: true, head: 1 }, 'A hello with all pushes')
    like(await seen(2, 3), { resumed: false, head: 0 }, 'A hello with one more than all')
  }),

  storeCase('what a hello reports settled is forgotten and never runs, in a new record too', async (subject) => {
    const first = await subject.fence({ floor: 3, settled: [[5, 5]] })
    for (const n of [1, 3, 5]) await subject.answers(begin(first, n), { status: 'settled' })
    await subject.answers(begin(first, 4), { status: 'new' })
    const second = await subject.fence({ attempt: 2, epoch: first.epoch, floor: 5 })
    await subject.answers(begin(second, 4), { status: 'settled' })
    const third = await subject.fence({ attempt: 3, epoch: 'another', settled: [[7, 8]] })
    for (const n of [7, 8]) await subject.answers(begin(third, n), { status: 'settled' })
    await subject.answers(begin(third, 6), { status: 'new' })
  }),

  storeCase('every operation of an older attempt is fenced, and changes nothing', async (subject) => {
    const old = await subject.fence()
    await subject.append({ to: 'all' })
    const fence = await subject.fence({ attempt: 2 })
    const late: readonly Operation[] = [
      begin(old, 1),
      { op: 'cancel', fence: old, n: 2 },
      confirm(old, { push: 1, floor: 9 }),
      { op: 'read', fence: old, after: 0, most: 9 },
      { op: 'answer', fence: old, push: 1, ending: ended('late') },
      { op: 'end', fence: old },
    ]
    for (const operation of late)
      same(await subject.ask(operation), { op: operation.op, status: 'fenced' }, operation.op)
    same(await subject.detach(1), { op: 'detach', status: 'fenced' }, 'A late detach')
    same(await subject.detach(2, { page: 'a copy' }), { op: 'detach', status: 'fenced' }, 'The detach of a copy')
    for (const n of [1, 2]) await subject.answers(begin(fence, n), { status: 'new' })
    like(await subject.pushes(fence), [{ push: 1 }], 'The log')
  }),

  storeCase('a fence with an epoch or a session that never was is fenced', async (subject) => {
    const fence = await subject.fence()
    await subject.answers(begin({ ...fence, epoch: 'another' }, 1), { status: 'fenced' })
    await subject.answers(begin({ ...fence, session: 'another' }, 1), { status: 'fenced' })
    await subject.answers({ op: 'end', fence: { ...fence, session: 'another' } }, { status: 'gone' })
    await subject.answers({ op: 'end', fence: { ...fence, epoch: 'another' } }, { status: 'gone' })
    await subject.answers(finish({ ...runOf(fence, 1), epoch: 'another' }), { status: 'gone' })
    like(await subject.detach(1, { client: 'another' }), { status: 'fenced' }, 'A detach of nobody')
  }),

  storeCase('the end of a session takes record, journal, log and rooms with it', async (subject) => {
    const fence = await subject.fence()
    await subject.ask(begin(fence, 1))
    await subject.append({ to: 'all' })
    await subject.ask({ op: 'join', session: fence.session, room: 'lobby' })
    await subject.answers({ op: 'end', fence }, { status: 'ok' })
    await subject.answers({ op: 'end', fence }, { status: 'gone' })
    for (const target of [{ to: 'room', room: 'lobby' }, { to: 'all' }, { to: 'user', user: 'ann' }] as const) {
      same(await subject.append(target), [], 'A push after the end')
    }
    await subject.answers({ op: 'forget', run: runOf(fence, 1) }, { status: 'gone' })
    const again = await subject.greet({ attempt: 1, epoch: fence.epoch, newSession: fence.session })
    like(again, { resumed: false, head: 0 }, 'A hello after the end')
    if (again.status !== 'ok') throw new Error('A hello after the end was refused.')
    await subject.answers(begin({ ...fence, epoch: again.epoch }, 1), { status: 'new' })
  }),
]

import { expect, test } from 'vitest'
import { bothAnswers, TestNode } from './test-node.js'

const node = (over = {}) => new TestNode({ answers: 'at once', authenticates: true, ...over })

const welcomed = (node: TestNode, link: number, user: string, client = `client ${link}`) => {
  node.dial(link, { client, token: user })
  node.feed({ kind: 'authenticated', link, user })
  const [welcome] = node.frames(link)
  if (welcome?.kind !== 'welcome') throw new Error(JSON.stringify(welcome))
  return welcome
}

test.each(bothAnswers)(
  'all sessions of the user end, attached or not, and nobody else hears of it (answers %s)',
  (answers) => {
    const server = node({ answers })
    const here = welcomed(server, 1, 'ann')
    const away = welcomed(server, 2, 'ann')
    welcomed(server, 3, 'bob')
    server.cut(2)
    server.feed({ kind: 'loggedOut', key: 7, user: 'ann' })
    expect(server.frames(1)).toMatchObject([{ kind: 'refuse', code: 'unauthorized' }])
    expect(server.done('abandon')).toMatchObject([{ link: 1, code: 4401 }])
    expect(server.frames(3)).toEqual([])
    expect(server.done('ended').map(({ session }) => session)).toEqual([here.sessionId, away.sessionId])
    expect(server.done('pushed')).toEqual([{ kind: 'pushed', key: 7, outcome: { ok: true, sessions: 2 } }])
  },
)

test('handlers of the user hear that the session is over, and who comes again has a new one', () => {
  const server = node()
  const { epoch } = welcomed(server, 1, 'ann', 'c')
  server.request(1, 1)
  const run = server.theHandler()
  server.feed({ kind: 'loggedOut', key: 1, user: 'ann' })
  expect(server.done('abort')).toMatchObject([{ run: run.run, code: 'ABORTED' }])
  server.dial(2, { client: 'c', token: 'ann', epoch })
  server.feed({ kind: 'authenticated', link: 2, user: 'ann' })
  const [welcome] = server.frames(2)
  expect(welcome).toMatchObject({ kind: 'welcome', resumed: false })
  expect(welcome).not.toMatchObject({ epoch })
})

test('a link on another server ends in the same way', () => {
  const first = node({ owner: 'node 1' })
  const second = new TestNode({ answers: 'at once', authenticates: true, owner: 'node 2', store: first.store })
  second.now = first.now
  welcomed(second, 1, 'ann')
  first.feed({ kind: 'loggedOut', key: 1, user: 'ann' })
  second.settle()
  expect(second.frames(1)).toMatchObject([{ kind: 'refuse', code: 'unauthorized' }])
  expect(second.done('ended')).toHaveLength(1)
})

test('a store that fails leaves it unknown', () => {
  const server = node()
  welcomed(server, 1, 'ann')
  server.failNextBatch('not carried out')
  server.feed({ kind: 'loggedOut', key: 1, user: 'ann' })
  expect(server.done('pushed')).toMatchObject([{ key: 1, outcome: { ok: false, error: { code: 'OUTCOME_UNKNOWN' } } }])
})

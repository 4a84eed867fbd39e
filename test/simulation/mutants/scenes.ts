/** Small scenes for bugs that the simulator cannot see. Each says what went wrong, in one sentence, or nothing. */

import { limits } from '@backchat/protocol'
import type { Mutation } from '../world.js'
import { Caller } from './caller.js'
import { TwoNodes } from './two-nodes.js'

export interface Scene {
  /** What must come of it. */
  readonly test: string
  /** Says what came of it instead, in one sentence. */
  readonly play: (mutation: Mutation) => string | undefined
}

export const lateFinish: Scene = {
  test: 'what an ended owner returns does not count: the reply is that of the node that took over',
  play(mutation) {
    const nodes = new TwoNodes(mutation)
    nodes.first.connect(1)
    nodes.first.request(1, 1, { type: 'rename' })
    const early = nodes.first.theHandler()
    nodes.holdUp(10_000)
    nodes.second.connect(2)
    nodes.second.request(2, 1, { type: 'rename' })
    const run = nodes.second.theHandler()
    nodes.first.returns(early, 'too late')
    nodes.second.returns(run, 'in time')
    const replies = nodes.second.frames(2).flatMap((frame) => (frame.kind === 'reply' ? [frame.message] : []))
    return replies.join() === '"in time"' ? undefined : `the replies were ${replies.join() || 'none'}`
  },
}

export const drainedReply: Scene = {
  test: 'what a server took before it goes away is waited for on its link',
  play(mutation) {
    const client = new Caller(mutation)
    client.connect()
    client.ask('request')
    client.hear({ kind: 'drain', taken: 1, retryAfterMs: 1_000, windowMs: 1_000 })
    client.hear({ kind: 'reply', n: 1, message: { id: 'reply', timestamp: '2030-01-01T00:00:00.000Z' } })
    return client.outcome?.ok === true ? undefined : 'the reply found nobody'
  },
}

export const sendIsRecorded: Scene = {
  test: 'a send is done when the server says that it has it, not before',
  play(mutation) {
    const client = new Caller(mutation)
    client.connect()
    client.ask('send')
    if (client.outcome) return 'it was done before anybody had it'
    client.hear({ kind: 'started', n: 1 })
    return client.outcome ? undefined : 'it was never done'
  },
}

export const creditAgain: Scene = {
  test: 'how far a reader came is told again by the next link',
  play(mutation) {
    const client = new Caller(mutation)
    client.connect()
    client.ask('stream')
    for (let chunk = 0; chunk < limits.streamWindow; chunk++) client.hear({ kind: 'chunk', n: 1, chunk, content: '' })
    if (!client.credit().includes(limits.streamWindow)) return 'it was never told'
    client.lose()
    client.connect({ resumed: true })
    return client.credit().includes(limits.streamWindow) ? undefined : 'the server waits for a reader who has read all'
  },
}

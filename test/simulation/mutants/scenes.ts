/** Small scenes for bugs that the simulator cannot see. Each says what went wrong, in one sentence, or nothing. */

import type { Mutation } from '../world.js'
import { Caller } from './caller.js'
import { TwoNodes } from './two-nodes.js'

export interface Scene {
  /** What must come of it. */
  readonly test: string
  /** Says what came of it instead, in one sentence. */
  readonly play: (mutation: Mutation) => string | undefined
}

export const lostLease: Scene = {
  test: 'a node that was held up for longer than its lease stops what it runs',
  play(mutation) {
    const nodes = new TwoNodes(mutation)
    nodes.first.connect(1)
    nodes.first.request(1, 1)
    nodes.first.theHandler()
    nodes.holdUp(10_000)
    nodes.second.connect(2)
    nodes.second.request(2, 1)
    if (!nodes.second.frames(2).some((frame) => frame.kind === 'error')) return 'nobody took over'
    nodes.pass(2_000)
    return nodes.first.done('abort').length === 1 ? undefined : 'its handler was not told'
  },
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

export const noteToAnotherNode: Scene = {
  test: 'a cancel that comes to another node reaches the handler',
  play(mutation) {
    const nodes = new TwoNodes(mutation)
    nodes.first.connect(1)
    nodes.first.request(1, 1)
    nodes.first.theHandler()
    nodes.second.connect(2)
    // The first one learns of the newer link before it learns of the cancel.
    nodes.pass(100)
    nodes.second.receive(2, { kind: 'cancel', n: 1 })
    nodes.pass(3_000)
    return nodes.first.done('abort').length === 1 ? undefined : 'its signal never fired'
  },
}

export const startInDoubt: Scene = {
  test: 'a start of which the store could not tell runs on the node that is asked next',
  play(mutation) {
    const nodes = new TwoNodes(mutation)
    nodes.first.connect(1)
    nodes.first.failNextBatch('carried out')
    nodes.first.request(1, 1)
    nodes.first.cut(1)
    nodes.second.connect(2)
    nodes.second.request(2, 1)
    nodes.pass(10_000)
    return nodes.second.done('run').length === 1 ? undefined : 'nobody ran it'
  },
}

export const answerAgain: Scene = {
  test: 'an answer that was lost with its link is sent again by the next one',
  play(mutation) {
    const client = new Caller(mutation)
    client.connect()
    client.answers('confirm')
    const message = { id: 'question', timestamp: '2030-01-01T00:00:00.000Z', type: 'confirm' }
    client.hear({ kind: 'push', push: 1, leftMs: 60_000, message })
    if (client.sent('answer').length !== 1) return 'it did not answer'
    client.lose()
    client.connect({ resumed: true })
    return client.sent('answer').length === 1 ? undefined : 'it was never sent again'
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

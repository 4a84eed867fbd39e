/** Where to look for a request: among the runs, at the desks of links, among those that ended, in the flight recorder. Looking is rare; so little is noted before. */

import type { Clock, Trace } from '@backchat/protocol'
import type { HandledReport, Identity } from '../api.js'
import type { ServerMachine } from '../machine/server-machine.js'
import type { ActiveRun } from './active-run.js'
import { clip } from './clip.js'
import { Endings } from './endings.js'
import type { ConnectionOf } from './flight-recorder.js'
import type { Story } from './flight-story.js'
import type { EndedRun, MessageProcessor } from './message-processor.js'
import { Presence } from './presence.js'
import { overOf, type RequestTrace, type SessionTrace } from './request-trace.js'
import { Stages } from './stages.js'

export interface TracesOptions {
  readonly clock: Clock
  readonly machine: Pick<ServerMachine, 'waiting' | 'whereabouts'>
  readonly processor: () => Pick<MessageProcessor<Identity, object>, 'runs' | 'find'>
  readonly connectionOf: ConnectionOf
  /** How many are remembered of those that ended; from 1. */
  readonly remembered: number
}

/** So many sessions without a link are remembered. */
const mostAway = 10_000

export class Traces {
  readonly presence: Presence
  readonly #options: TracesOptions
  readonly #endings: Endings<EndedTrace>
  /** One that is not remembered any more. Written over, it needs no room, and no collection moves it. */
  #spare: EndedTrace | undefined

  constructor(options: TracesOptions) {
    this.#options = options
    this.presence = new Presence({ remembered: mostAway, wall: () => options.clock.wall() })
    this.#endings = new Endings(options.remembered)
  }

  /** A run ended. */
  handled(report: HandledReport, run: EndedRun): void {
    const session = this.#sessionOf(report.sessionId, report.userId)
    const ended = this.#spare ?? new EndedTrace()
    ended.write(session, report, run, this.#options.clock.wall())
    this.#spare = this.#endings.add(ended)
  }

  /** Of several with that id the one that is at work, else the newest. To be read at once: what has ended is written over later. */
  find(id: string): RequestTrace | undefined {
    const meant = clip(id)
    for (const open of [this.running(), this.waiting()]) {
      for (const request of open) if (request.id === meant) return request
    }
    return [...this.#endings.all()].filter((request) => request.id === meant).at(-1)
  }

  /** What is at work here, oldest first. */
  *running(): Iterable<RequestTrace> {
    for (const run of this.#options.processor().runs()) yield this.#ofRun(run)
  }

  /** What links wait for, and is not at work here: the store has been asked, or another server has it. */
  *waiting(): Iterable<RequestTrace> {
    const { clock, machine, processor, connectionOf } = this.#options
    for (const { attachment, waiting } of machine.waiting()) {
      const { n, mode, leftMs, message } = waiting.frame
      const { session } = attachment.fence
      const { waitsFor, run } = machine.whereabouts(session, n)
      // It is one of the others.
      if (run !== undefined && (waitsFor !== 'shell' || processor().find(run.id) !== undefined)) continue
      const ageMs = clock.now() - (waiting.until - leftMs)
      yield {
        session: this.#sessionOf(session, attachment.user),
        n,
        id: clip(message.id),
        type: clip(message.type),
        mode,
        connectionId: connectionOf(attachment.link)?.id,
        trace: [{ stage: 'received', atMs: clock.wall() - ageMs }],
        run: undefined,
        outcome: 'pending',
        endedAtMs: undefined,
        refused: false,
      }
    }
  }

  /** What ended, and waits for its client; oldest first. To be read at once, as above. */
  *kept(): Iterable<RequestTrace> {
    for (const request of this.#endings.all()) if (overOf(request) === undefined) yield request
  }

  /** What the flight recorder tells of one. */
  ofStory(story: Story, user: string): RequestTrace {
    const session = this.presence.find(story.sessionId) ?? gone(story.sessionId, user)
    return { ...story, session, run: undefined }
  }

  #ofRun({ id: run, n, context }: ActiveRun<Identity, object>): RequestTrace {
    const { message, connection, run: facts, trace } = context
    return {
      session: this.#sessionOf(connection.session.id, connection.user.id),
      n,
      id: clip(message.id),
      type: message.type,
      mode: facts.mode,
      connectionId: connection.id,
      trace,
      run,
      outcome: 'pending',
      endedAtMs: undefined,
      refused: false,
    }
  }

  #sessionOf(id: string, user: string): SessionTrace {
    return this.presence.find(id) ?? gone(id, user)
  }
}

/** Of what ended only this is kept: nothing that a client said beside its id. Nothing until it is written. */
class EndedTrace implements RequestTrace {
  session = gone('', '')
  n = 0
  id = ''
  type = ''
  mode: RequestTrace['mode'] = 'request'
  connectionId: string | undefined
  readonly run = undefined
  outcome: RequestTrace['outcome'] = 'ok'
  endedAtMs = Number.NaN
  refused = false
  readonly #stages = new Stages(Number.NaN)

  write(session: SessionTrace, report: HandledReport, { n, stages, refused }: EndedRun, endedAtMs: number): void {
    this.session = session
    this.n = n
    this.id = clip(report.messageId)
    this.type = report.type
    this.mode = report.mode
    this.connectionId = report.connectionId
    this.outcome = report.outcome
    this.endedAtMs = endedAtMs
    this.refused = refused
    this.#stages.copy(stages)
  }

  get trace(): Trace {
    return this.#stages.trace
  }
}

/** It is over, or has been without a link for so long that it is not remembered. */
const gone = (id: string, user: string): SessionTrace => ({
  id,
  user,
  attached: false,
  sinceMs: 0,
  left: undefined,
  settled: { floor: 0, settled: [] },
  over: true,
})

/** Those who watch what goes in and out of the machine, and what they can tell afterwards. */

import type { Explanation, FlightFilter, FlightRecord, HandledReport } from '../api.js'
import type { Input } from '../machine/inputs.js'
import { explain } from './explaining.js'
import { type ConnectionOf, FlightRecorder } from './flight-recorder.js'
import { storyOf } from './flight-story.js'
import type { ShellEffect } from './machine-driver.js'
import type { EndedRun } from './message-processor.js'
import type { RequestTrace } from './request-trace.js'
import { Traces, type TracesOptions } from './traces.js'

export interface WitnessOptions extends Omit<TracesOptions, 'remembered'> {
  readonly connectionOf: ConnectionOf
  /** How many requests are remembered that have ended. */
  readonly explained: number
  /** How many records of frames; 0: none are made. */
  readonly flightRecords: number
}

export class Witnesses {
  readonly traces: Traces
  readonly #options: WitnessOptions
  readonly #recorder: FlightRecorder | undefined

  constructor(options: WitnessOptions) {
    const { clock, explained, flightRecords, connectionOf } = options
    this.#options = options
    this.traces = new Traces({ ...options, remembered: explained })
    if (flightRecords > 0)
      this.#recorder = new FlightRecorder({ capacity: flightRecords, wall: () => clock.wall(), connectionOf })
  }

  heard(input: Input): void {
    this.traces.presence.heard(input)
    this.#recorder?.heard(input)
  }

  performed(effect: ShellEffect): void {
    this.traces.presence.performed(effect)
    this.#recorder?.performed(effect)
  }

  /** A run ended. */
  handled(report: HandledReport, run: EndedRun): void {
    this.traces.handled(report, run)
  }

  explain(id: string): Explanation | undefined {
    const request = this.traces.find(id) ?? this.#recorded(id)
    return request && this.explanationOf(request)
  }

  explanationOf(request: RequestTrace): Explanation {
    const { clock, machine, processor } = this.#options
    return explain(request, {
      clock,
      whereabouts: (session, n) => machine.whereabouts(session, n),
      run: (id) => processor().find(id),
    })
  }

  records(filter: FlightFilter = {}): readonly FlightRecord[] {
    const { request } = filter
    const known = request === undefined ? undefined : this.traces.find(request)
    return this.#recorder?.records(filter, known && { sessionId: known.session.id, n: known.n }) ?? []
  }

  #recorded(request: string): RequestTrace | undefined {
    const story = storyOf(this.#recorder?.records({ request }) ?? [])
    return story && this.traces.ofStory(story, this.#options.connectionOf(story.link)?.user.id ?? '')
  }
}

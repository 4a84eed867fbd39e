/** Those who watch what goes in and out of the machine, and what they can tell afterwards. */

import type { Clock } from '@backchat/protocol'
import type { Explanation, FlightFilter, FlightRecord } from '../api.js'
import type { Input } from '../machine/inputs.js'
import { explain, type Surroundings } from './explaining.js'
import type { ConnectionOf } from './flight-recorder.js'
import { FlightRecorder } from './flight-recorder.js'
import type { ShellEffect } from './machine-driver.js'
import type { RequestTrace } from './request-trace.js'
import { Traces } from './traces.js'

export interface WitnessOptions extends Omit<Surroundings, 'connectionOf'> {
  readonly clock: Clock
  readonly connectionOf: ConnectionOf
  /** How many requests are remembered. */
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
    const wall = () => clock.wall()
    this.#options = options
    this.traces = new Traces({ remembered: explained, wall })
    this.#recorder =
      flightRecords === 0 ? undefined : new FlightRecorder({ capacity: flightRecords, wall, connectionOf })
  }

  heard(input: Input): void {
    this.traces.heard(input)
    this.#recorder?.heard(input)
  }

  performed(effect: ShellEffect): void {
    this.traces.performed(effect)
    this.#recorder?.performed(effect)
  }

  explain(id: string): Explanation | undefined {
    const request = this.traces.find(id)
    return request && this.explanationOf(request)
  }

  explanationOf(request: RequestTrace): Explanation {
    return explain(request, this.#options)
  }

  records(filter: FlightFilter = {}): readonly FlightRecord[] {
    const { request } = filter
    const known = request === undefined ? undefined : this.traces.find(request)
    return this.#recorder?.records(filter, known && { sessionId: known.session.id, n: known.n }) ?? []
  }
}

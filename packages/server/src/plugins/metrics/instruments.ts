/** What is measured, under the names that dashboards know: counted as it happens, or read from the figures at each look. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Figures, HandledReport } from '../../api.js'

/** Seconds: from a handler that only looks something up to one that asks a model. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** The type of requests that were refused without a run: a peer may make up as many types as it likes. */
const otherType = 'other'

export class Instruments {
  readonly #registry: Registry
  readonly #names: string[] = []
  /** What the figures said of each counter at the last look. */
  readonly #counted = new Map<object, Map<string, number>>()

  readonly #connections
  readonly #handshakes
  readonly #sessions
  readonly #inFlight
  readonly #silence
  readonly #waiting
  readonly #storeOperations
  readonly #sendBuffer
  readonly #requests
  readonly #durations
  readonly #firstChunks
  readonly #resumes
  readonly #duplicates
  readonly #rateLimited
  readonly #authFailures
  readonly #heartbeatTimeouts

  /** @throws when the registry has metrics of these names already. */
  constructor(registry: Registry) {
    this.#registry = registry
    this.#connections = this.#gauge('connections', 'Links that are welcome.')
    this.#handshakes = this.#gauge('handshakes', 'Links that are not welcome yet.')
    this.#sessions = this.#gauge('sessions', 'Sessions with a link here, and in the store without any.', 'state')
    this.#inFlight = this.#gauge('requests_in_flight', 'Runs that have not been answered.', 'type')
    this.#silence = this.#gauge('handler_silence_seconds', 'Longest silence of a handler that runs.', 'type')
    this.#waiting = this.#gauge('requests_waiting', 'Runs in flight whose handler has not been called.')
    this.#storeOperations = this.#gauge('store_operations_waiting', 'Store operations that have not been answered.')
    this.#sendBuffer = this.#gauge('send_buffer_bytes', 'Bytes that wait for the network.')
    this.#requests = this.#counter('requests_total', 'Requests that ended, by type and code.', 'type', 'code')
    this.#durations = this.#histogram('request_duration_seconds', 'From the start of a run to its end.')
    this.#firstChunks = this.#histogram('stream_first_chunk_seconds', 'From the start of a run to its first chunk.')
    this.#resumes = this.#counter('resumes_total', 'Connections: new, resumed, or lost what they asked for.', 'result')
    this.#duplicates = this.#counter('duplicates_dropped_total', 'Requests that came again, and did not run again.')
    this.#rateLimited = this.#counter('rate_limited_total', 'Requests that were refused as too many.')
    this.#authFailures = this.#counter('auth_failures_total', 'Links that were refused for who they are.', 'reason')
    this.#heartbeatTimeouts = this.#counter('heartbeat_timeouts_total', 'Links that were silent for too long.')
  }

  /** A run ended. Its type has a handler here, so there are as many as the application registered. */
  handled({ type, outcome, durationMs, firstChunkMs }: HandledReport): void {
    this.#requests.inc({ type, code: outcome })
    this.#durations.observe({ type }, durationMs / 1_000)
    if (firstChunkMs !== undefined) this.#firstChunks.observe({ type }, firstChunkMs / 1_000)
  }

  /** Takes over what is not told as it happens. */
  look({ connections, handshakes, sessions, requests, queue, totals }: Figures): void {
    this.#connections.set(connections)
    this.#handshakes.set(handshakes)
    this.#sessions.set({ state: 'attached' }, sessions.attached)
    if (sessions.detached !== undefined) this.#sessions.set({ state: 'detached' }, sessions.detached)
    this.#inFlight.reset()
    for (const { type } of requests) this.#inFlight.inc({ type })
    this.#silence.reset()
    for (const [type, ms] of longestSilences(requests)) this.#silence.set({ type }, ms / 1_000)
    this.#waiting.set(queue.requests)
    this.#storeOperations.set(queue.storeOperations)
    this.#sendBuffer.set(queue.sendBufferBytes)
    this.#total(this.#duplicates, totals.duplicates)
    this.#total(this.#rateLimited, totals.rateLimited)
    this.#total(this.#heartbeatTimeouts, totals.heartbeatTimeouts)
    for (const [result, count] of Object.entries(totals.connections)) this.#total(this.#resumes, count, { result })
    for (const [code, count] of Object.entries(totals.refusedRequests))
      this.#total(this.#requests, count, { type: otherType, code })
    const { unauthorized, notYours, error } = totals.authFailures
    for (const [reason, count] of Object.entries({ unauthorized, 'not-yours': notYours, error }))
      this.#total(this.#authFailures, count, { reason })
  }

  /** Takes everything out of the registry. */
  remove(): void {
    for (const name of this.#names) this.#registry.removeSingleMetric(name)
  }

  /** A counter is moved by what was added since the last look. */
  #total<Label extends string>(counter: Counter<Label>, now: number, labels: { [label in Label]?: string } = {}): void {
    const counted = this.#counted.get(counter) ?? new Map<string, number>()
    this.#counted.set(counter, counted)
    const key = JSON.stringify(labels)
    counter.inc(labels, now - (counted.get(key) ?? 0))
    counted.set(key, now)
  }

  #gauge<Label extends string = never>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> {
    return new Gauge({ ...this.#named(name, help), labelNames })
  }

  #counter<Label extends string = never>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ ...this.#named(name, help), labelNames })
  }

  #histogram(name: string, help: string): Histogram<'type'> {
    return new Histogram({ ...this.#named(name, help), labelNames: ['type'], buckets })
  }

  #named(bare: string, help: string): { name: string; help: string; registers: [Registry] } {
    const name = `backchat_${bare}`
    // Another manager's would be counted together with ours, and taken away when that closes.
    if (this.#registry.getSingleMetric(name) !== undefined)
      throw new Error(`The registry has a metric ${name} already: give each manager one of its own.`)
    this.#names.push(name)
    return { name, help, registers: [this.#registry] }
  }
}

/** In milliseconds, by type. */
const longestSilences = (requests: Figures['requests']): ReadonlyMap<string, number> => {
  const longest = new Map<string, number>()
  for (const { type, stage, silentMs } of requests)
    if (stage === 'started') longest.set(type, Math.max(silentMs, longest.get(type) ?? 0))
  return longest
}

/** Spans of what a client asks, for the option `tracing`. Loads `@opentelemetry/api`, which only those need who use it. */

import {
  type ErrorCode,
  rpcAttributes,
  rpcCarrier,
  rpcDurations,
  rpcEvents,
  rpcMetadata,
  rpcOutcome,
  rpcSeries,
  serverAttributes,
} from '@backchat/protocol'
import {
  context as contexts,
  type Histogram,
  type MeterProvider,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import type { CallNote, FollowedCall, Tracing } from './api.js'

export interface TracingOptions {
  /** Makes the spans. Default: the one that is registered globally; without any there are no spans. */
  readonly tracerProvider?: TracerProvider | undefined
  /** Measures durations. Default: the one that is registered globally by now; without any nothing is measured. */
  readonly meterProvider?: MeterProvider | undefined
}

/**
 * Spans of kind `CLIENT`, named after the message type, from `request`, `stream` or `send` until it settles, whatever becomes of
 * the links; docs/server.md has their events and attributes. The span that is active then is the parent. The context travels in
 * the message's `metadata`, as the registered propagator writes it (`traceparent`), so a server with `tracing()` of
 * `@backchat/server/tracing` goes on from there. What the server asks is a span of kind `SERVER`, around the handler. Durations
 * are measured as `rpc.client.call.duration` and `rpc.server.call.duration`.
 *
 * @example
 * ```ts
 * import { tracing } from '@backchat/client/tracing'
 * const client = createClient({ url: 'wss://example.com/chat', tracing: tracing() })
 * ```
 */
export const tracing = ({
  tracerProvider = trace.getTracerProvider(),
  meterProvider = metrics.getMeterProvider(),
}: TracingOptions = {}): Tracing => {
  const tracer = tracerProvider.getTracer(scope)
  const meter = meterProvider.getMeter(scope)
  const asked = meter.createHistogram(rpcDurations.client, rpcDurations.options)
  const answered = meter.createHistogram(rpcDurations.server, rpcDurations.options)
  return {
    began(call) {
      const outside = contexts.active()
      const attributes = { ...rpcAttributes(call), ...serverAttributes(call.url) }
      const span = tracer.startSpan(call.type, { kind: SpanKind.CLIENT, attributes }, outside)
      const written = {}
      propagation.inject(trace.setSpan(outside, span), written)
      return new CallSpan(new Ending(span, call.type, asked), rpcMetadata(call.metadata, written))
    },
    asked({ id, type, metadata }) {
      const outside = propagation.extract(ROOT_CONTEXT, metadata, rpcCarrier)
      const attributes = rpcAttributes({ id, type, mode: 'request' })
      const span = tracer.startSpan(type, { kind: SpanKind.SERVER, attributes }, outside)
      const ending = new Ending(span, type, answered)
      return {
        run: (handler) => contexts.with(trace.setSpan(outside, span), handler),
        settled: (outcome) => ending.end(outcome, !meant.has(outcome)),
      }
    },
  }
}

const scope = '@backchat/client'

class CallSpan implements FollowedCall {
  readonly metadata: unknown
  readonly #span: Span
  readonly #ending: Ending
  #link: number | undefined
  #wasPutOff = false
  #chunks = 0

  constructor(ending: Ending, metadata: unknown) {
    this.#span = ending.span
    this.#ending = ending
    this.metadata = metadata
  }

  noted({ link, putOff }: CallNote): void {
    if (link !== undefined) this.#sent(link)
    if (putOff === undefined) return
    this.#wasPutOff = true
    this.#span.addEvent(rpcEvents.putOff, { 'error.type': putOff })
  }

  #sent(link: number): void {
    const again = this.#wasPutOff ? rpcEvents.retried : rpcEvents.resumed
    this.#span.addEvent(this.#link === undefined ? rpcEvents.sent : again, { 'backchat.link': link })
    this.#link = link
    this.#wasPutOff = false
  }

  chunk(): void {
    this.#chunks += 1
    if (this.#chunks === 1) this.#span.addEvent(rpcEvents.firstChunk)
  }

  settled(outcome: 'ok' | ErrorCode, reason?: string): void {
    if (this.#chunks > 0) this.#span.setAttribute('backchat.chunks', this.#chunks)
    this.#ending.end(outcome, outcome !== 'ok', reason)
  }
}

/** How a handler may end without a mistake on this side. */
const meant: ReadonlySet<'ok' | ErrorCode> = new Set([
  'ok',
  'FAILURE',
  'ABORTED',
  'INVALID_MESSAGE',
  'NO_HANDLER',
] as const)

/** A span with the time that it took. */
class Ending {
  readonly span: Span
  readonly #type: string
  readonly #durations: Histogram
  readonly #began = performance.now()

  constructor(span: Span, type: string, durations: Histogram) {
    this.span = span
    this.#type = type
    this.#durations = durations
  }

  /** `failed`: whether that is an error on this side. */
  end(outcome: 'ok' | ErrorCode, failed: boolean, message?: string): void {
    this.#durations.record((performance.now() - this.#began) / 1_000, rpcSeries(this.#type, outcome, failed))
    this.span.setAttributes(rpcOutcome(outcome, failed))
    if (failed) this.span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    this.span.end()
  }
}

/** Spans of what a client asks and answers, for the option `tracing`. Loads `@opentelemetry/api`, which only those need who use it. */

import {
  BackchatError,
  type ErrorCode,
  type Message,
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
  type Attributes,
  context as contexts,
  type Histogram,
  type MeterProvider,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import type { CallNote, Tracing, Waiter } from './api.js'

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
    call({ options, waiter, ...facts }, url) {
      const outside = contexts.active()
      const attributes = { ...rpcAttributes(facts), ...serverAttributes(url) }
      const span = tracer.startSpan(facts.type, { kind: SpanKind.CLIENT, attributes }, outside)
      const written = {}
      propagation.inject(trace.setSpan(outside, span), written)
      const metadata = rpcMetadata(options.metadata, written) as typeof options.metadata
      return {
        options: { ...options, metadata },
        waiter: new TracedWaiter(waiter, new Ending(span, facts.type, asked)),
      }
    },
    handler(handler) {
      // It is refused, as without tracing.
      if (typeof handler !== 'function') return handler
      return async (message, context) => {
        const begun = harmlessly(() => beginAnswer(message, tracer))
        if (begun === undefined) return handler(message, context)
        const ending = new Ending(begun.span, message.type, answered)
        let outcome: 'ok' | ErrorCode = 'ok'
        try {
          return await contexts.with(begun.inside, () => handler(message, context))
        } catch (thrown) {
          const refuses = BackchatError.is(thrown) && thrown.code === 'FAILURE'
          outcome = refuses ? 'FAILURE' : 'HANDLER_FAILED'
          throw thrown
        } finally {
          if (context.signal.aborted) outcome = 'ABORTED'
          ending.end(outcome, outcome === 'HANDLER_FAILED')
        }
      }
    },
  }
}

const scope = '@backchat/client'

const beginAnswer = ({ id, type, metadata }: Pick<Message, 'id' | 'type' | 'metadata'>, tracer: Tracer) => {
  const outside = propagation.extract(ROOT_CONTEXT, metadata, rpcCarrier)
  const attributes = rpcAttributes({ id, type, mode: 'request' })
  const span = tracer.startSpan(type, { kind: SpanKind.SERVER, attributes }, outside)
  return { span, inside: trace.setSpan(outside, span) }
}

/** Samplers, processors and propagators are the application's: one that throws costs a span, and nothing else. */
const harmlessly = <Returned>(call: () => Returned): Returned | undefined => {
  try {
    return call()
  } catch {
    return undefined
  }
}

/** Who waits hears as much as before; the span hears it, too. */
class TracedWaiter implements Waiter {
  readonly #waiter: Waiter
  readonly #ending: Ending
  #link: number | undefined
  #wasPutOff = false
  #chunks = 0

  constructor(waiter: Waiter, ending: Ending) {
    this.#waiter = waiter
    this.#ending = ending
  }

  noted({ link, putOff }: CallNote): void {
    if (link !== undefined) this.#sent(link)
    if (putOff === undefined) return
    this.#wasPutOff = true
    this.#ending.event(rpcEvents.putOff, { 'error.type': putOff })
  }

  chunk(content: unknown): void {
    this.#chunks += 1
    if (this.#chunks === 1) this.#ending.event(rpcEvents.firstChunk)
    this.#waiter.chunk(content)
  }

  dropped(error: Parameters<Waiter['failed']>[0]): void {
    this.#waiter.dropped?.(error)
  }

  succeeded(reply: Parameters<Waiter['succeeded']>[0]): void {
    this.#end('ok')
    this.#waiter.succeeded(reply)
  }

  failed(error: Parameters<Waiter['failed']>[0]): void {
    this.#end(error.code, error.message)
    this.#waiter.failed(error)
  }

  #sent(link: number): void {
    const again = this.#wasPutOff ? rpcEvents.retried : rpcEvents.resumed
    this.#ending.event(this.#link === undefined ? rpcEvents.sent : again, { 'backchat.link': link })
    this.#link = link
    this.#wasPutOff = false
  }

  #end(outcome: 'ok' | ErrorCode, reason?: string): void {
    this.#ending.end(outcome, outcome !== 'ok', reason, this.#chunks)
  }
}

/** A span with the time that it took. */
class Ending {
  readonly #span: Span
  readonly #type: string
  readonly #durations: Histogram
  readonly #began = performance.now()

  constructor(span: Span, type: string, durations: Histogram) {
    this.#span = span
    this.#type = type
    this.#durations = durations
  }

  event(name: string, attributes: Attributes = {}): void {
    harmlessly(() => this.#span.addEvent(name, attributes))
  }

  /** `failed`: whether that is an error on this side. */
  end(outcome: 'ok' | ErrorCode, failed: boolean, message?: string, chunks = 0): void {
    const seconds = (performance.now() - this.#began) / 1_000
    harmlessly(() => this.#durations.record(seconds, rpcSeries(this.#type, outcome, failed)))
    harmlessly(() => {
      this.#span.setAttributes({ ...rpcOutcome(outcome, failed), ...(chunks > 0 && { 'backchat.chunks': chunks }) })
      if (failed) this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
      this.#span.end()
    })
  }
}

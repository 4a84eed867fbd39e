/** The plugin `tracing`: spans of what is run here, and of what clients are asked. Loads `@opentelemetry/api`, which only those need who use it. */

import {
  type JsonObject,
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
  type Context,
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
import type { BegunAsk, Connection, FollowedAsk, HandledReport, MiddlewareContext, Plugin, PluginHost } from './api.js'
import { onlyNames } from './core/setting.js'
import { wentWrong } from './core/tally.js'

export interface TracingOptions {
  /** Makes the spans. Default: the one that is registered globally; without any there are no spans. */
  readonly tracerProvider?: TracerProvider | undefined
  /** Measures durations. Default: the one that is registered globally by now; without any nothing is measured. */
  readonly meterProvider?: MeterProvider | undefined
}

/**
 * Spans of kind `SERVER`, named after the message type, from the arrival of a request to its answer, whatever becomes of its
 * link; docs/server.md has their events and attributes. The span in the message's `metadata.traceparent` is its parent: clients
 * with `tracing()` of `@backchat/client/tracing` say it. The handler runs in the span's context, so spans made there are its
 * children, if a context manager is registered. `manager.request` is a span of kind `CLIENT`. Durations are measured as
 * `rpc.server.call.duration` and `rpc.client.call.duration`.
 *
 * @example
 * ```ts
 * import { tracing } from '@backchat/server/tracing'
 * new WebSocketManager({ port: 8787, plugins: [tracing()] })
 * ```
 */
export const tracing = (options: TracingOptions = {}): Plugin => {
  onlyNames('option of tracing()', options, ['tracerProvider', 'meterProvider'])
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options
  const tracer = tracerProvider.getTracer(scope)
  const meter = meterProvider.getMeter(scope)
  const ran = { tracer, durations: meter.createHistogram(rpcDurations.server, rpcDurations.options) }
  const asked = { tracer, durations: meter.createHistogram(rpcDurations.client, rpcDurations.options) }
  const spans = new SessionSpans()
  return {
    name: 'tracing',
    order: outermost,
    install(host) {
      traceRuns(host, ran, spans)
      host.followAsks((ask) => followAsk(ask, asked, spans))
      host.on('connection', (connection) => spans.note(rpcEvents.resumed, connection))
      host.on('disconnection', (connection) => spans.note(rpcEvents.disconnected, connection))
    },
  }
}

const scope = '@backchat/server'

/** What spans and durations are made with. */
interface Instruments {
  readonly tracer: Tracer
  readonly durations: Histogram
}

/** Its middleware stands outside all other. */
const outermost = -1_000_000

/** The spans that have not ended, by session: links come and go with many of them. */
class SessionSpans {
  readonly #sessions = new Map<string, Set<Span>>()

  add(session: string, span: Span): void {
    const spans = this.#sessions.get(session) ?? new Set()
    this.#sessions.set(session, spans.add(span))
  }

  delete(session: string, span: Span): void {
    const spans = this.#sessions.get(session)
    spans?.delete(span)
    if (spans?.size === 0) this.#sessions.delete(session)
  }

  /** Something became of the session's link. */
  note(event: string, { id, session }: Connection): void {
    for (const span of this.#sessions.get(session.id) ?? []) span.addEvent(event, { 'backchat.connection.id': id })
  }
}

// ---- what clients ask ----

interface Traced {
  readonly span: Span
  /** With the span. */
  readonly inside: Context
  readonly context: MiddlewareContext
}

const traceRuns = (host: PluginHost, instruments: Instruments, spans: SessionSpans): void => {
  const runs = new Map<number, Traced>()
  host.use((context, next) => {
    // A plugin further outside begins it again.
    const known = runs.get(context.run.id)
    if (known !== undefined) return contexts.with(known.inside, next)
    let inside: Context
    try {
      const parent = parentIn(context.message.metadata)
      const span = beginRun(context, instruments.tracer, parent)
      inside = trace.setSpan(parent, span)
      runs.set(context.run.id, { span, inside, context })
      spans.add(context.session.id, span)
    } catch (cause) {
      // A sampler, or a propagator, that throws costs a span and no request.
      host.failed("The plugin 'tracing' failed to begin a span.", cause)
      return next()
    }
    return contexts.with(inside, next)
  })
  host.on('handled', (report) => {
    const traced = runs.get(report.run)
    if (traced === undefined) return traceRefused(report, instruments)
    runs.delete(report.run)
    spans.delete(report.sessionId, traced.span)
    endRun(traced, report, instruments)
  })
}

const beginRun = (context: MiddlewareContext, tracer: Tracer, parent: Context): Span => {
  const { message, run, connection } = context
  const { id, type, sessionId } = message
  const attributes = {
    ...rpcAttributes({ id, type, mode: run.mode }),
    ...serverAttributes(`ws://${connection.headers.host}`),
    'session.id': sessionId,
  }
  // It came before other middleware looked at it.
  return tracer.startSpan(type, { kind: SpanKind.SERVER, startTime: receivedAt(context), attributes }, parent)
}

const endRun = ({ span, context }: Traced, report: HandledReport, { durations }: Instruments): void => {
  const began = receivedAt(context)
  const { firstChunkMs, chunks, durationMs } = report
  if (firstChunkMs !== undefined) span.addEvent(rpcEvents.firstChunk, began + firstChunkMs)
  if (chunks > 0) span.setAttribute('backchat.chunks', chunks)
  const [, ...again] = context.trace.filter(({ stage }) => stage === 'started')
  for (const { atMs } of again) span.addEvent(rpcEvents.retried, atMs)
  finish(span, durations, { ...report, failed: wentWrong(report.outcome), at: began + durationMs })
}

/** It never got as far as middleware: too many, against the contract, or without a connection. */
const traceRefused = (report: HandledReport, { tracer, durations }: Instruments): void => {
  const { messageId: id, type, mode, sessionId, metadata, outcome } = report
  const attributes = { ...rpcAttributes({ id, type, mode }), 'session.id': sessionId }
  const span = tracer.startSpan(type, { kind: SpanKind.SERVER, attributes }, parentIn(metadata))
  finish(span, durations, { ...report, failed: wentWrong(outcome) })
}

const receivedAt = ({ trace: [received] }: MiddlewareContext): number => received?.atMs ?? Date.now()

const parentIn = (metadata: JsonObject): Context => propagation.extract(ROOT_CONTEXT, metadata, rpcCarrier)

// ---- what clients are asked ----

const followAsk = (ask: BegunAsk, { tracer, durations }: Instruments, spans: SessionSpans): FollowedAsk => {
  const { id, type, sessionId, metadata } = ask
  const began = performance.now()
  const outside = contexts.active()
  const attributes = { ...rpcAttributes({ id, type, mode: 'request' }), 'session.id': sessionId }
  const span = tracer.startSpan(type, { kind: SpanKind.CLIENT, attributes }, outside)
  spans.add(sessionId, span)
  const written = {}
  propagation.inject(trace.setSpan(outside, span), written)
  return {
    metadata: rpcMetadata(metadata, written),
    settled(outcome, message) {
      spans.delete(sessionId, span)
      finish(span, durations, {
        type,
        outcome,
        message,
        failed: outcome !== 'ok',
        durationMs: performance.now() - began,
      })
    },
  }
}

// ---- how both end ----

interface End {
  readonly type: string
  readonly outcome: HandledReport['outcome']
  /** Whether that is an error on this side. */
  readonly failed: boolean
  readonly durationMs: number
  readonly message?: string | undefined
  /** Milliseconds since 1970; now, when nothing is said. */
  readonly at?: number
}

const finish = (span: Span, durations: Histogram, { type, outcome, failed, durationMs, message, at }: End): void => {
  durations.record(durationMs / 1_000, rpcSeries(type, outcome, failed))
  span.setAttributes(rpcOutcome(outcome, failed))
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
  span.end(at)
}

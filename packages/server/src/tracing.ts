/** The plugin `tracing`: spans of what is run here, and of what clients are asked. Loads `@opentelemetry/api`, which only those need who use it. */

import {
  type JsonObject,
  rpcAttributes,
  rpcCarrier,
  rpcEvents,
  rpcMetadata,
  rpcOutcome,
  serverAttributes,
} from '@backchat/protocol'
import {
  type Context,
  context as contexts,
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
import { wentWrong } from './core/tally.js'

export interface TracingOptions {
  /** Makes the spans. Default: the one that is registered globally; without any there are no spans. */
  readonly tracerProvider?: TracerProvider | undefined
}

/**
 * Spans of kind `SERVER`, named after the message type, from the arrival of a request to its answer, whatever becomes of its
 * link; docs/server.md has their events and attributes. The span in the message's `metadata.traceparent` is its parent: clients
 * with `tracing()` of `@backchat/client/tracing` say it. The handler runs in the span's context, so spans made there are its
 * children, if a context manager is registered. `manager.request` is a span of kind `CLIENT`.
 *
 * @example
 * ```ts
 * import { tracing } from '@backchat/server/tracing'
 * new WebSocketManager({ port: 8787, plugins: [tracing()] })
 * ```
 */
export const tracing = ({ tracerProvider = trace.getTracerProvider() }: TracingOptions = {}): Plugin => {
  const tracer = tracerProvider.getTracer('@backchat/server')
  const spans = new SessionSpans()
  return {
    name: 'tracing',
    order: outermost,
    install(host) {
      traceRuns(host, tracer, spans)
      host.followAsks((ask) => followAsk(ask, tracer, spans))
      host.on('connection', (connection) => spans.note(rpcEvents.resumed, connection))
      host.on('disconnection', (connection) => spans.note(rpcEvents.disconnected, connection))
    },
  }
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
  readonly context: MiddlewareContext
}

const traceRuns = (host: PluginHost, tracer: Tracer, spans: SessionSpans): void => {
  const runs = new Map<number, Traced>()
  host.use((context, next) => {
    let inside: Context
    try {
      const parent = parentIn(context.message.metadata)
      const span = beginRun(context, tracer, parent)
      runs.set(context.run.id, { span, context })
      spans.add(context.session.id, span)
      inside = trace.setSpan(parent, span)
    } catch (cause) {
      // A sampler, or a propagator, that throws costs a span and no request.
      host.failed("The plugin 'tracing' failed to begin a span.", cause)
      return next()
    }
    return contexts.with(inside, next)
  })
  host.on('handled', (report) => {
    const traced = runs.get(report.run)
    if (traced === undefined) return traceRefused(report, tracer)
    runs.delete(report.run)
    spans.delete(report.sessionId, traced.span)
    endRun(traced, report)
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

const endRun = ({ span, context }: Traced, report: HandledReport): void => {
  const began = receivedAt(context)
  const { firstChunkMs, chunks, durationMs } = report
  if (firstChunkMs !== undefined) span.addEvent(rpcEvents.firstChunk, began + firstChunkMs)
  if (chunks > 0) span.setAttribute('backchat.chunks', chunks)
  const [, ...again] = context.trace.filter(({ stage }) => stage === 'started')
  for (const { atMs } of again) span.addEvent(rpcEvents.retried, atMs)
  finish(span, report.outcome, wentWrong(report.outcome), { at: began + durationMs })
}

/** It never got as far as middleware: too many, against the contract, or without a connection. */
const traceRefused = (
  { messageId: id, type, mode, sessionId, metadata, outcome }: HandledReport,
  tracer: Tracer,
): void => {
  const attributes = { ...rpcAttributes({ id, type, mode }), 'session.id': sessionId }
  finish(tracer.startSpan(type, { kind: SpanKind.SERVER, attributes }, parentIn(metadata)), outcome, wentWrong(outcome))
}

const receivedAt = ({ trace: [received] }: MiddlewareContext): number => received?.atMs ?? Date.now()

const parentIn = (metadata: JsonObject): Context => propagation.extract(ROOT_CONTEXT, metadata, rpcCarrier)

// ---- what clients are asked ----

const followAsk = ({ id, type, sessionId, metadata }: BegunAsk, tracer: Tracer, spans: SessionSpans): FollowedAsk => {
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
      finish(span, outcome, outcome !== 'ok', { message })
    },
  }
}

const finish = (
  span: Span,
  outcome: HandledReport['outcome'],
  failed: boolean,
  { at, message }: { readonly at?: number; readonly message?: string | undefined } = {},
): void => {
  span.setAttributes(rpcOutcome(outcome, failed))
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
  span.end(at)
}

/** The plugin `tracing`: a span for each request that was run here. Loads `@opentelemetry/api`, which only those need who use it. */

import { type JsonObject, rpcAttributes, rpcEvents, rpcOutcome, serverAttributes } from '@backchat/protocol'
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
import type { Connection, HandledReport, MiddlewareContext, Plugin, PluginHost } from './api.js'
import { wentWrong } from './core/tally.js'

export interface TracingOptions {
  /** Makes the spans. Default: the one that is registered globally; without any there are no spans. */
  readonly tracerProvider?: TracerProvider | undefined
}

/**
 * Spans of kind `SERVER`, named after the message type, from the arrival of a request to its answer, whatever becomes of its
 * link; docs/server.md has their events and attributes. The span in the message's `metadata.traceparent` is its parent: clients
 * with `tracing()` of `@backchat/client/tracing` say it. The handler runs in the span's context, so spans made there are its
 * children, if a context manager is registered.
 *
 * @example
 * ```ts
 * import { tracing } from '@backchat/server/tracing'
 * new WebSocketManager({ port: 8787, plugins: [tracing()] })
 * ```
 */
export const tracing = ({ tracerProvider = trace.getTracerProvider() }: TracingOptions = {}): Plugin => {
  const runs = new RunSpans(tracerProvider.getTracer('@backchat/server'))
  return { name: 'tracing', order: outermost, install: (host) => watch(host, runs), close: () => runs.close() }
}

/** Its middleware stands outside all other. */
const outermost = -1_000_000

const watch = (host: PluginHost, runs: RunSpans): void => {
  host.use((context, next) => {
    let inside: Context
    try {
      inside = runs.begin(context)
    } catch (cause) {
      // A sampler, or a propagator, that throws costs a span and no request.
      host.failed("The plugin 'tracing' failed to begin a span.", cause)
      return next()
    }
    return contexts.with(inside, next)
  })
  host.on('handled', (report) => runs.end(report))
  host.on('connection', (connection) => runs.note(rpcEvents.resumed, connection))
  host.on('disconnection', (connection) => runs.note(rpcEvents.disconnected, connection))
}

interface RunSpan {
  readonly span: Span
  readonly context: MiddlewareContext
}

/** The spans of the runs that have not ended, by session: links come and go with many of them. */
class RunSpans {
  readonly #tracer: Tracer
  readonly #sessions = new Map<string, Map<number, RunSpan>>()

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  /** Returns the context of all that the run does. */
  begin(context: MiddlewareContext): Context {
    const { message, run, connection } = context
    const { sessionId } = message
    const parent = parentIn(message.metadata)
    const span = this.#tracer.startSpan(
      message.type,
      {
        kind: SpanKind.SERVER,
        // It came before other middleware looked at it.
        startTime: receivedAt(context),
        attributes: {
          ...rpcAttributes({ id: message.id, type: message.type, mode: run.mode }),
          ...serverAttributes(`ws://${connection.headers.host}`),
          'session.id': sessionId,
        },
      },
      parent,
    )
    const ofSession = this.#sessions.get(sessionId) ?? new Map<number, RunSpan>()
    this.#sessions.set(sessionId, ofSession.set(run.id, { span, context }))
    return trace.setSpan(parent, span)
  }

  end(report: HandledReport): void {
    const { sessionId, run } = report
    const ofSession = this.#sessions.get(sessionId)
    const known = ofSession?.get(run)
    if (known === undefined) return this.#refused(report)
    ofSession?.delete(run)
    if (ofSession?.size === 0) this.#sessions.delete(sessionId)
    const { span, context } = known
    const began = receivedAt(context)
    if (report.firstChunkMs !== undefined) span.addEvent(rpcEvents.firstChunk, began + report.firstChunkMs)
    const [, ...again] = context.trace.filter(({ stage }) => stage === 'started')
    for (const { atMs } of again) span.addEvent(rpcEvents.retried, atMs)
    finish(span, report, began + report.durationMs)
  }

  /** Something became of the session's link. */
  note(event: string, { id, session }: Connection): void {
    const attributes = { 'backchat.connection.id': id }
    for (const { span } of this.#sessions.get(session.id)?.values() ?? []) span.addEvent(event, attributes)
  }

  /** What still runs is answered by nobody. */
  close(): void {
    for (const { span } of [...this.#sessions.values()].flatMap((ofSession) => [...ofSession.values()])) span.end()
    this.#sessions.clear()
  }

  /** It never got as far as middleware: too many, against the contract, or without a connection. */
  #refused(report: HandledReport): void {
    const { messageId: id, type, mode, sessionId, metadata } = report
    const attributes = { ...rpcAttributes({ id, type, mode }), 'session.id': sessionId }
    finish(this.#tracer.startSpan(type, { kind: SpanKind.SERVER, attributes }, parentIn(metadata)), report)
  }
}

const finish = (span: Span, { outcome, chunks }: HandledReport, at?: number): void => {
  const failed = wentWrong(outcome)
  span.setAttributes({ ...rpcOutcome(outcome, failed), ...(chunks > 0 && { 'backchat.chunks': chunks }) })
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(at)
}

const receivedAt = ({ trace: [received] }: MiddlewareContext): number => received?.atMs ?? Date.now()

const parentIn = (metadata: JsonObject): Context => propagation.extract(ROOT_CONTEXT, metadata, texts)

/** A client may say anything, and what reads it expects texts. */
const texts = {
  keys: (metadata: JsonObject) => Object.keys(metadata),
  get: (metadata: JsonObject, key: string) => {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    return typeof value === 'string' ? value : undefined
  },
}

/** The spans of both ends, as an exporter in memory gets them, after real clients on real sockets whose links are cut. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@backchat/client'
import { tracing as clientTracing } from '@backchat/client/tracing'
import { type ManagerOptions, type Plugin, recovery } from '@backchat/server'
import { tracing } from '@backchat/server/tracing'
import { chaosProxy } from '@backchat/testing'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { greeted } from './raw-client.js'
import { portOf, serve } from './serve.js'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
})

afterAll(() => {
  context.disable()
  propagation.disable()
})

/** A server and a client that are traced into one exporter, and the proxy between them. */
const traced = async (options: Pick<ManagerOptions, 'config' | 'plugins'> = {}, init?: () => unknown) => {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const plugins = [tracing({ tracerProvider }), ...(options.plugins ?? [])]
  const { manager, server, url, errors } = await serve({ ...options, plugins })
  const proxy = await chaosProxy({ target: { host: 'localhost', port: portOf(server) } })
  const client = createClient({
    url: `ws://127.0.0.1:${proxy.port}`,
    tracing: clientTracing({ tracerProvider }),
    ...(init && { init }),
  })
  onTestFinished(async () => {
    await client.close()
    await proxy.close()
  })
  const spans = (kind: SpanKind) => exporter.getFinishedSpans().filter((span) => span.kind === kind)
  /** Those of one kind, once there are so many; one too many is found by the next look. */
  const ended = async (kind: SpanKind, count: number): Promise<ReadableSpan[]> => {
    await vi.waitFor(() => expect(spans(kind).length).toBeGreaterThanOrEqual(count), 10_000)
    expect(spans(kind)).toHaveLength(count)
    return spans(kind)
  }
  const one = async (kind: SpanKind): Promise<ReadableSpan> => {
    const [span] = await ended(kind, 1)
    if (span === undefined) throw new Error('There is no span.')
    return span
  }
  const both = async () => ({ asked: await one(SpanKind.CLIENT), ran: await one(SpanKind.SERVER) })
  return { manager, proxy, client, url, errors, exporter, ended, one, both, tracer: tracerProvider.getTracer('test') }
}

const eventsOf = (span: ReadableSpan) => span.events.map(({ name }) => name.replace('backchat.', ''))

test('a request is one span on both ends, and the spans of its handler are inside', async () => {
  const { manager, client, tracer, both, exporter } = await traced()
  manager.registerHandler('text', async (message) => {
    await Promise.resolve()
    tracer.startSpan('ask the model').end()
    return { text: `you said ${JSON.stringify(message.content)}` }
  })
  const pending = tracer.startActiveSpan('a click', (click) => {
    const asked = client.request('text', 'hello')
    click.end()
    return asked
  })
  await pending
  const { asked, ran } = await both()
  const named = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name)
  expect([asked.name, ran.name]).toEqual(['text', 'text'])
  expect(asked.parentSpanContext?.spanId).toBe(named('a click')?.spanContext().spanId)
  expect(ran.parentSpanContext).toMatchObject({ spanId: asked.spanContext().spanId, isRemote: true })
  expect(named('ask the model')?.parentSpanContext?.spanId).toBe(ran.spanContext().spanId)
  expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1)
  const attributes = {
    'rpc.system.name': 'backchat',
    'rpc.method': 'text',
    'rpc.response.status_code': 'ok',
    'backchat.message.id': pending.id,
    'backchat.mode': 'request',
    'server.address': '127.0.0.1',
    'server.port': expect.any(Number),
  }
  expect(asked.attributes).toMatchObject(attributes)
  expect(ran.attributes).toMatchObject({ ...attributes, 'session.id': expect.any(String) })
  for (const span of [asked, ran]) {
    expect(span.attributes).not.toHaveProperty('error.type')
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
  }
  expect([eventsOf(asked), eventsOf(ran)]).toEqual([['sent'], []])
})

test('a lost reply is one span all the same, which was resumed', async () => {
  const { manager, client, proxy, both } = await traced()
  let runs = 0
  manager.registerHandler('text', () => {
    runs += 1
    return { text: 'hi' }
  })
  proxy.cutBefore('"kind":"reply"')
  expect((await client.request('text', 'hello')).content).toEqual({ text: 'hi' })
  const { asked, ran } = await both()
  expect([runs, proxy.counters.cuts]).toEqual([1, 1])
  expect(eventsOf(asked)).toEqual(['sent', 'resumed'])
  expect(asked.events.map(({ attributes }) => attributes?.['backchat.link'])).toEqual([1, 2])
  expect(ran.parentSpanContext?.spanId).toBe(asked.spanContext().spanId)
})

test('a link that is lost while the handler runs is told of on both ends', async () => {
  const { manager, client, proxy, both } = await traced()
  let release: () => void = () => {}
  const running = new Promise<void>((started) => {
    manager.registerHandler('slow', () => {
      started()
      return new Promise((resolve) => (release = () => resolve({ text: 'at last' })))
    })
  })
  const pending = client.request('slow', null)
  await running
  manager.on('connection', ({ resumed }) => resumed && release())
  proxy.cut()
  await pending
  const { asked, ran } = await both()
  expect(eventsOf(asked)).toEqual(['sent', 'resumed'])
  expect(eventsOf(ran)).toEqual(expect.arrayContaining(['disconnected', 'resumed']))
  expect(ran.events).toHaveLength(2)
  expect(ran.status.code).toBe(SpanStatusCode.UNSET)
})

test('a stream is one span with its first chunk, also over two links', async () => {
  const { manager, client, proxy, both, tracer, exporter } = await traced()
  manager.registerHandler('story', async function* () {
    for (const word of ['once', 'upon', 'a', 'time']) {
      tracer.startSpan(word).end()
      yield word
    }
    return 'the end'
  })
  proxy.cutBefore('upon')
  const words: unknown[] = []
  for await (const word of client.stream('story', null)) words.push(word)
  expect(words).toEqual(['once', 'upon', 'a', 'time'])
  const { asked, ran } = await both()
  expect(eventsOf(asked)).toEqual(expect.arrayContaining(['sent', 'first_chunk', 'resumed']))
  expect(asked.events).toHaveLength(3)
  expect(eventsOf(ran).filter((name) => name === 'first_chunk')).toHaveLength(1)
  expect([asked.attributes['backchat.chunks'], ran.attributes['backchat.chunks']]).toEqual([4, 4])
  // Each pull of the generator is done in the context of its span.
  const inside = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.INTERNAL)
  expect(inside.map((span) => span.parentSpanContext?.spanId)).toEqual(Array(4).fill(ran.spanContext().spanId))
})

test('a request that is put off is one span of the client, and one of the server for each time it came', async () => {
  const { manager, client, ended, one } = await traced({ config: { rateLimit: { perSecond: 1, burst: 1 } } })
  manager.registerHandler('text', () => 'hi')
  await client.request('text', 1)
  await client.request('text', 2)
  const asked = (await ended(SpanKind.CLIENT, 2))[1]
  const ran = await ended(SpanKind.SERVER, 3)
  if (asked === undefined) throw new Error('There is no span.')
  expect(eventsOf(asked)).toEqual(['sent', 'put_off', 'retried'])
  expect(ran.map(({ attributes }) => attributes['rpc.response.status_code'])).toEqual(['ok', 'RATE_LIMITED', 'ok'])
  expect(ran.slice(1).map((span) => span.parentSpanContext?.spanId)).toEqual(Array(2).fill(asked.spanContext().spanId))
  // Too many requests are no mistake of the server's.
  expect(ran[1]?.attributes).not.toHaveProperty('error.type')
  await expect(one(SpanKind.CLIENT)).rejects.toThrow()
})

test('a handler that is called again says so', async () => {
  const { manager, client, both } = await traced({ plugins: [recovery({ retry: { delay: 1 } })] })
  let calls = 0
  manager.registerHandler(
    'text',
    () => {
      calls += 1
      if (calls < 3) throw new Error('not yet')
      return 'hi'
    },
    { idempotent: true },
  )
  await client.request('text', null)
  const { asked, ran } = await both()
  expect(eventsOf(ran)).toEqual(['retried', 'retried'])
  expect([asked.status.code, ran.status.code]).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
})

test('what fails has the error’s code; a refusal on purpose is no error of the server', async () => {
  const { manager, client, ended } = await traced()
  manager.registerHandler('bad', () => {
    throw new Error('swordfish')
  })
  manager.registerHandler('refuses', (_message, { failure }) => {
    throw failure({ reason: 'no' })
  })
  manager.registerHandler('silent', () => new Promise(() => {}), { timeout: 50 })
  for (const type of ['bad', 'refuses', 'silent', 'nobody']) await client.request(type, null).catch(() => {})
  const asked = await ended(SpanKind.CLIENT, 4)
  const ran = await ended(SpanKind.SERVER, 3)
  const judged = (spans: readonly ReadableSpan[]) =>
    spans.map(({ attributes, status }) => [
      attributes['rpc.response.status_code'],
      attributes['error.type'],
      status.code === SpanStatusCode.ERROR,
    ])
  expect(judged(asked)).toEqual([
    ['HANDLER_FAILED', 'HANDLER_FAILED', true],
    ['FAILURE', 'FAILURE', true],
    ['HANDLER_TIMEOUT', 'HANDLER_TIMEOUT', true],
    ['NO_HANDLER', 'NO_HANDLER', true],
  ])
  expect(judged(ran)).toEqual([
    ['HANDLER_FAILED', 'HANDLER_FAILED', true],
    ['FAILURE', undefined, false],
    ['HANDLER_TIMEOUT', 'HANDLER_TIMEOUT', true],
  ])
  expect(JSON.stringify([...asked, ...ran].map(({ status, attributes }) => ({ status, attributes })))).not.toContain(
    'swordfish',
  )
})

test('the application’s own metadata travels beside the context, and what is no metadata is refused as ever', async () => {
  const { manager, client, ended } = await traced()
  manager.registerHandler('text', (message, context) => ({ metadata: message.metadata, baggage: context.run.mode }))
  const { content } = await client.request('text', null, { metadata: { locale: 'de', traceparent: 'mine' } })
  const [asked] = await ended(SpanKind.CLIENT, 1)
  const { traceId, spanId } = asked?.spanContext() ?? {}
  expect(content).toMatchObject({ metadata: { locale: 'de', traceparent: `00-${traceId}-${spanId}-01` } })
  for (const metadata of [5, 'text', [1], () => {}] as never[])
    await expect(client.request('text', null, { metadata })).rejects.toMatchObject({ code: 'INVALID_MESSAGE' })
  await ended(SpanKind.CLIENT, 5)
})

test('a send is a span, and so is an init', async () => {
  const { manager, client, ended } = await traced({}, () => 'where were we?')
  for (const type of ['init', 'note']) manager.registerHandler(type, () => undefined)
  await client.send('note', null)
  const asked = await ended(SpanKind.CLIENT, 2)
  const ran = await ended(SpanKind.SERVER, 2)
  for (const [name, mode] of [
    ['init', 'request'],
    ['note', 'send'],
  ] as const) {
    const [here, there] = [asked, ran].map((spans) => spans.find((span) => span.name === name))
    expect([here?.attributes['backchat.mode'], there?.attributes['backchat.mode']]).toEqual([mode, mode])
    expect(there?.parentSpanContext?.spanId).toBe(here?.spanContext().spanId)
  }
})

test('what the server asks is one span on both ends, also over two links', async () => {
  const { manager, client, proxy, both, tracer, exporter } = await traced()
  let asked = 0
  client.handle('confirm', (message) => {
    asked += 1
    tracer.startSpan('ask a person').end()
    return { ok: true, metadata: message.metadata }
  })
  await client.ready
  const session = manager.connections()[0]?.session.id ?? ''
  const cut = proxy.cutBefore('"kind":"answer"', { direction: 'up' })
  const pending = tracer.startActiveSpan('a tool', (tool) => {
    const answer = manager.request(session, 'confirm', null, { metadata: { tool: 'rm' } })
    tool.end()
    return answer
  })
  const { content } = await pending
  const { asked: asking, ran } = await both()
  expect([asked, cut.pending]).toEqual([1, false])
  const { traceId, spanId } = asking.spanContext()
  expect(content).toEqual({ ok: true, metadata: { tool: 'rm', traceparent: `00-${traceId}-${spanId}-01` } })
  expect(ran.parentSpanContext?.spanId).toBe(spanId)
  const named = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name)
  expect(asking.parentSpanContext?.spanId).toBe(named('a tool')?.spanContext().spanId)
  expect(named('ask a person')?.parentSpanContext?.spanId).toBe(ran.spanContext().spanId)
  expect(eventsOf(asking).sort()).toEqual(['disconnected', 'resumed'])
  expect([asking, ran].map(({ attributes }) => attributes['rpc.response.status_code'])).toEqual(['ok', 'ok'])
})

test('questions that fail have the error’s code', async () => {
  const { manager, client, ended } = await traced()
  client.handle('refuses', (_message, { failure }) => {
    throw failure({ reason: 'no' })
  })
  client.handle('bad', () => {
    throw new Error('no')
  })
  client.events.on('error', () => {})
  await client.ready
  const session = manager.connections()[0]?.session.id ?? ''
  for (const type of ['refuses', 'bad']) await manager.request(session, type, null).catch(() => {})
  await manager.request('no such session', 'bad', null).catch(() => {})
  const judged = (spans: readonly ReadableSpan[]) => spans.map(({ attributes }) => attributes['error.type'])
  expect(judged(await ended(SpanKind.CLIENT, 3))).toEqual(['FAILURE', 'HANDLER_FAILED', 'SESSION_GONE'])
  expect(judged(await ended(SpanKind.SERVER, 2))).toEqual([undefined, 'HANDLER_FAILED'])
})

test('metadata that no propagator expects costs nobody anything', async () => {
  const { manager, url, ended, errors } = await traced()
  manager.registerHandler('text', () => 'hi')
  const { client } = await greeted(url)
  const valid = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  const strange = [
    { traceparent: 5 },
    { traceparent: [valid], baggage: 7 },
    { traceparent: '00-0-0-01', tracestate: {} },
  ]
  for (const [index, metadata] of strange.entries()) {
    client.request(index + 1, 'text', null, { metadata })
    await client.next('reply')
  }
  for (const span of await ended(SpanKind.SERVER, 3)) expect(span.parentSpanContext).toBeUndefined()
  expect(errors).toEqual([])
})

test('durations are measured on both ends, in seconds, and told apart by type and outcome', async () => {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(0),
    exportIntervalMillis: 2 ** 30,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const { manager, url } = await serve({ plugins: [tracing({ meterProvider })] })
  manager.registerHandler('slow', () => sleep(30).then(() => 'hi'))
  manager.registerHandler('bad', () => {
    throw new Error('no')
  })
  const client = createClient({ url, tracing: clientTracing({ meterProvider }) })
  onTestFinished(() => client.close())
  client.handle('confirm', () => 'yes')
  await client.request('slow', null)
  await client.request('bad', null).catch(() => {})
  await manager.request(manager.connections()[0]?.session.id ?? '', 'confirm', null)
  const { resourceMetrics } = await reader.collect()
  const measured = resourceMetrics.scopeMetrics.flatMap(({ scope, metrics }) =>
    metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({
        end: `${scope.name} ${name} ${unit} ${attributes['rpc.method']} ${attributes['error.type'] ?? 'ok'}`,
        value: value as Histogram,
      })),
    ),
  )
  expect(measured.map(({ end }) => end).sort()).toEqual([
    '@backchat/client rpc.client.call.duration s bad HANDLER_FAILED',
    '@backchat/client rpc.client.call.duration s slow ok',
    '@backchat/client rpc.server.call.duration s confirm ok',
    '@backchat/server rpc.client.call.duration s confirm ok',
    '@backchat/server rpc.server.call.duration s bad HANDLER_FAILED',
    '@backchat/server rpc.server.call.duration s slow ok',
  ])
  for (const { end, value } of measured) {
    expect(value.count, end).toBe(1)
    // A timer may fire a little early; what takes 30 ms is no tenth of it, and no minute.
    if (end.includes(' slow ')) expect(value.sum, end).toBeGreaterThan(0.02)
    expect(value.sum, end).toBeLessThan(60)
  }
  await meterProvider.shutdown()
})

test('a tracer that throws stops nothing, on either end', async () => {
  const broken = () => {
    throw new Error('broken')
  }
  const tracerProvider = { getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) }
  const { manager, url, errors } = await serve({ plugins: [tracing({ tracerProvider })] })
  manager.registerHandler('text', () => 'hi')
  const client = createClient({ url, tracing: clientTracing({ tracerProvider }) })
  onTestFinished(() => client.close())
  client.handle('confirm', () => 'yes')
  expect((await client.request('text', null)).content).toBe('hi')
  const session = manager.connections()[0]?.session.id ?? ''
  expect((await manager.request(session, 'confirm', null)).content).toBe('yes')
  // At the beginning of the run, at its end, and at the question.
  expect(errors.map((error) => String(error))).toEqual([
    expect.stringContaining("The plugin 'tracing' failed to begin a span."),
    expect.stringContaining("A listener of 'handled' failed."),
    expect.stringContaining('What follows the questions to clients failed.'),
  ])
})

test('a processor that throws stops nothing, on either end', async () => {
  const broken = () => {
    throw new Error('broken')
  }
  const processor = { onStart() {}, onEnd: broken, forceFlush: async () => {}, shutdown: async () => {} }
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [processor] })
  const { manager, url, errors } = await serve({ plugins: [tracing({ tracerProvider })] })
  manager.registerHandler('text', () => 'hi')
  const client = createClient({ url, tracing: clientTracing({ tracerProvider }) })
  onTestFinished(() => client.close())
  client.handle('confirm', () => 'yes')
  expect((await client.request('text', null)).content).toBe('hi')
  const session = manager.connections()[0]?.session.id ?? ''
  expect((await manager.request(session, 'confirm', null)).content).toBe('yes')
  expect(errors.map((error) => String(error))).toEqual([
    expect.stringContaining("A listener of 'handled' failed."),
    expect.stringContaining('What follows the questions to clients failed.'),
  ])
})

test('closing ends the spans of what is never answered', async () => {
  const { manager, client, one } = await traced()
  const running = new Promise<void>((started) => {
    manager.registerHandler('endless', () => {
      started()
      return new Promise(() => {})
    })
  })
  client.request('endless', null).catch(() => {})
  await running
  await manager.close({ drain: 0 })
  expect((await one(SpanKind.SERVER)).status.code).toBe(SpanStatusCode.ERROR)
  await client.close()
  expect((await one(SpanKind.CLIENT)).status.code).toBe(SpanStatusCode.ERROR)
})

test('without a provider that is registered there are no spans, and all goes on', async () => {
  const { manager, url, errors } = await serve({ plugins: [tracing()] })
  manager.registerHandler('text', ({ metadata }) => ({
    metadata,
    active: trace.getActiveSpan()?.isRecording() ?? false,
  }))
  const client = createClient({ url, tracing: clientTracing() })
  onTestFinished(() => client.close())
  expect((await client.request('text', null)).content).toEqual({ metadata: {}, active: false })
  expect(errors).toEqual([])
})

test('a run that is begun again by a plugin further outside has one span', async () => {
  const retrying: Plugin = {
    name: 'retrying',
    order: -2_000_000,
    install: (host) => host.use((_context, next) => next().catch(() => next())),
  }
  const { manager, client, ended } = await traced({ plugins: [retrying] })
  let calls = 0
  const active: (string | undefined)[] = []
  manager.registerHandler(
    'text',
    () => {
      calls += 1
      active.push(trace.getActiveSpan()?.spanContext().spanId)
      if (calls === 1) throw new Error('not yet')
      return 'hi'
    },
    { idempotent: true },
  )
  await client.request('text', null)
  const [span] = await ended(SpanKind.SERVER, 1)
  expect(active).toEqual([span?.spanContext().spanId, span?.spanContext().spanId])
})

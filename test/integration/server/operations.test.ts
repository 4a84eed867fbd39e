/** What lies beside docs/operations.md asks for what a server really shows, and probes what it really serves. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@backchat/client'
import { errorCodes } from '@backchat/protocol'
import { createLogger, metrics, WebSocketManager } from '@backchat/server'
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { wentWrong } from '../../../packages/server/src/core/tally.js'
import { monitoringNumbers } from '../../../packages/server/src/plugins/monitoring/options.js'
import { root } from '../../../scripts/workspace.mjs'
import { freePort } from './serve.js'

const fileOf = (name: string): string => readFileSync(join(root, 'docs/operations', name), 'utf8')

/** What a page of metrics shows: names, each with its labels. */
type Shown = ReadonlyMap<string, ReadonlySet<string>>

let shown: Shown
let probes: Readonly<Record<string, number>>

/** A server as docs/operations.md sets it up, after some traffic. */
beforeAll(async () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const port = await freePort()
  const logger = createLogger({ level: 'silent' })
  const manager = new WebSocketManager({ port, logger, plugins: ['monitoring', metrics({ registry })] })
  manager.registerHandler('text', () => 'hi')
  manager.registerHandler('story', async function* () {
    yield 'once'
    return 'the end'
  })
  let end: () => void = () => {}
  const running = new Promise<void>((started) => {
    manager.registerHandler('endless', () => {
      started()
      return new Promise<void>((resolve) => (end = resolve))
    })
  })
  await manager.ready
  const client = createClient({ url: `ws://127.0.0.1:${port}` })
  await client.request('text', null)
  await client.stream('story', null).reply
  await client.request('made up', null).catch(() => {})
  const endless = client.request('endless', null)
  await running
  const ask = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  shown = read(await (await ask('/metrics')).text())
  probes = { '/livez': (await ask('/livez')).status, '/readyz': (await ask('/readyz')).status }
  end()
  await endless
  await client.close()
  await manager.close()
})

const read = (page: string): Shown => {
  const metrics = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of page.matchAll(/^([a-z][a-z0-9_]*)(?:\{(.*)\})? /gm)) {
    const known = metrics.get(name) ?? new Set<string>()
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    metrics.set(name, known)
  }
  return metrics
}

/** Prometheus adds these by itself. */
const added = new Set(['instance', 'job'])
/** Those that are there without being shown: Prometheus' own, and what prom-client knows on Linux only. */
const elsewhere = new Set(['up', ...(process.platform === 'linux' ? [] : ['process_open_fds', 'process_max_fds'])])

interface Asked {
  readonly metrics: readonly string[]
  /** Labels of matchers and groups. */
  readonly labels: readonly string[]
}

/** What a query asks for. Throws where it is none. */
const asks = (given: string): Asked => {
  // Grafana fills it in.
  const query = given.replaceAll('$__rate_interval', '1m')
  const metrics: string[] = []
  const labels: string[] = []
  const textOf = ({ from, to }: SyntaxNode) => query.slice(from, to)
  parser.parse(query).iterate({
    enter({ node, type }) {
      if (type.isError) throw new Error(`This is no query, from ${node.from}: ${query}`)
      if (type.name === 'VectorSelector' && node.firstChild) metrics.push(textOf(node.firstChild))
      if (type.name === 'LabelName') labels.push(textOf(node))
    },
  })
  return { metrics, labels }
}

/** What is asked for and is not shown. */
const missing = (query: string): readonly string[] => {
  const { metrics, labels } = asks(query)
  const known = new Set(metrics.flatMap((name) => [...(shown.get(name) ?? [])]))
  return [
    ...metrics.filter((name) => !shown.has(name) && !elsewhere.has(name)),
    ...labels.filter((label) => !known.has(label) && !added.has(label)),
  ]
}

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string; readonly rule?: string }
}

const panels: readonly Panel[] = JSON.parse(fileOf('grafana.json')).panels
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const))
const rules: readonly Rule[] = parse(fileOf('alerts.yml')).groups.flatMap((group: { rules: Rule[] }) => group.rules)

test('a query that asks for what is not there is noticed, and so is one that is none', () => {
  expect(missing('sum by (type) (rate(backchat_requests_total{code="ok"}[5m]))')).toEqual([])
  expect(missing('rate(backchat_request_total[5m])')).toEqual(['backchat_request_total'])
  expect(missing('sum by (user) (backchat_connections)')).toEqual(['user'])
  expect(missing('backchat_sessions{status="attached"}')).toEqual(['status'])
  expect(() => missing('sum by (type) (rate(backchat_requests_total[5m])')).toThrow('This is no query')
})

describe('the dashboard', () => {
  test.each(queries)('%s: %s', (_title, expr) => {
    expect(missing(expr)).toEqual([])
  })

  test('shows every metric of ours', () => {
    const asked = new Set(queries.flatMap(([, expr]) => asks(expr).metrics))
    const ours = [...shown.keys()].filter((name) => name.startsWith('backchat_') && !/_(sum|count)$/.test(name))
    expect(ours.filter((name) => !asked.has(name))).toEqual([])
  })

  test('counts as wrong what the server counts as wrong', () => {
    const wrong = queries.filter(([, expr]) => expr.includes('HANDLER_FAILED'))
    expect(wrong.length).toBeGreaterThan(0)
    for (const [, expr] of wrong) expect(codesIn(expr)).toEqual(wrongCodes)
  })
})

const codesIn = (expr: string): readonly string[] => (/code=~"([^"]+)"/.exec(expr)?.[1] ?? '').split('|').sort()
const wrongCodes = errorCodes.filter((code) => wentWrong(code)).sort()

describe('the alerts', () => {
  test.each(rules.map(({ alert, expr }) => [alert, expr]))('%s asks for what there is', (_alert, expr) => {
    expect(missing(expr)).toEqual([])
  })

  test('those that name a rule of the plugin have its limits', () => {
    const { stuckAfter, errorShare, errorLeast, loopDelay, queueLeast, authFailures } = monitoringNumbers
    const limits = {
      'stuck-handlers': [`>= ${stuckAfter.otherwise / 1_000}`],
      'error-rate': [`>= ${errorShare.otherwise}`, `>= ${errorLeast.otherwise}`],
      'event-loop-delay': [`>= ${loopDelay.otherwise / 1_000}`],
      'queue-growth': [`>= ${queueLeast.otherwise}`],
      'auth-failures': [`> ${authFailures.otherwise}`],
    }
    const named = rules.flatMap(({ labels: { rule }, expr }) => (rule === undefined ? [] : [[rule, expr] as const]))
    expect(named.map(([rule]) => rule).sort()).toEqual(Object.keys(limits).sort())
    for (const [rule, expr] of named) {
      const compared =
        expr
          .trim()
          .split('\n')
          .join(' ')
          .match(/>=? [\d.]+(?= |$)/g) ?? []
      expect(
        compared.filter((limit) => limit !== '> 0'),
        rule,
      ).toEqual(limits[rule as keyof typeof limits])
    }
  })

  test('count as wrong what the server counts as wrong', () => {
    expect(codesIn(rules.find(({ labels }) => labels.rule === 'error-rate')?.expr ?? '')).toEqual(wrongCodes)
  })
})

test('Kubernetes probes pages that there are', () => {
  const [set, service] = parseAllDocuments(fileOf('kubernetes.yaml')).map((document) => document.toJS())
  const [container] = set.spec.template.spec.containers
  const { startupProbe, livenessProbe, readinessProbe, ports } = container
  const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)
  expect(paths).toEqual(['/readyz', '/livez', '/readyz'])
  expect(paths.map((path) => probes[path])).toEqual([200, 200, 200])
  for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) expect(httpGet.port).toBe(ports[0].name)
  expect(service.spec.ports[0].targetPort).toBe(ports[0].name)
})

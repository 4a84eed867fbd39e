/** For each row of `docs/server.md`: its parts, each replaced by one that does nothing. */

import { existsSync } from 'node:fs'
import { findNginx } from '../../../scripts/nginx.mjs'
import type { Replacements } from './replacement.js'

const src = 'packages/server/src'
const nginx = findNginx()

export const replacements: Replacements = {
  "`/livez`, `/readyz` on a port of the manager's own": [
    {
      file: `${src}/handlers/health.ts`,
      parts: { onOwnPort: '() => (_request, response) => response.end()' },
      only: /^a port of our own answers probes/,
    },
  ],
  '`manager.healthListener`': [
    {
      file: `${src}/core/web-socket-manager.ts`,
      words: { 'this.#parts.health.listener': '(_request, response) => response.end()' },
      only: /^who is not ready yet|^what it does not answer/,
    },
  ],
  'readiness: starting, draining, store out of reach': [
    {
      file: `${src}/core/readiness.ts`,
      parts: { 'Readiness.obstacle': 'async () => undefined' },
      only: /^however many ask|^a store that fails|^a server that begins|^who is not ready yet/,
    },
  ],
  'plugins by name, `order`': [
    {
      file: `${src}/core/plugins.ts`,
      parts: { includedOf: '(name) => ({ name, install() {} })' },
    },
    { file: `${src}/core/plugins.ts`, words: { '(a.order ?? 0) - (b.order ?? 0)': '0' } },
  ],
  'plugin objects: `install`, `close`, middleware, listeners': [
    {
      file: `${src}/core/plugins.ts`,
      parts: { 'Plugins.install': 'async () => {}' },
      only: /^plugins are installed|^a plugin whose install/,
    },
    {
      file: `${src}/core/plugins.ts`,
      parts: { 'Plugins.close': 'async () => {}' },
      only: /^plugins are installed|^a close of the plugin/,
    },
    { file: `${src}/core/plugin-host.ts`, words: { 'manager.use(first)': '{}' }, only: /^plugins are installed/ },
    {
      file: `${src}/core/plugin-host.ts`,
      words: { 'manager.on(name, listener)': '() => {}' },
      only: /^plugins are installed/,
    },
  ],
  '`host.serve`, `host.failed`': [
    {
      file: `${src}/core/plugin-host.ts`,
      words: { 'atClose(health.serve(path, page))': '{}' },
      only: /^plugins serve pages/,
    },
    {
      file: `${src}/core/plugin-host.ts`,
      words: { 'failed: (message, cause) =>': 'failed() {}, unused: (message, cause) =>' },
      only: /^a notify or a figure that fails/,
    },
  ],
  '`host.figures`': [
    {
      file: `${src}/core/tally.ts`,
      parts: { 'Tally.heard': '() => {}', 'Tally.performed': '() => {}', 'Tally.handled': '() => {}' },
      only: /^a connection is new|^what failed here|^resumes, duplicates|^links that/,
    },
    {
      file: `${src}/core/figures.ts`,
      parts: {
        figuresOf:
          '({ tally }) => ({ at: 0, phase: "serving", connections: 0, handshakes: 0, sessions: { attached: 0 }, requests: [], ' +
          'queue: { requests: 0, storeOperations: 0, sendBufferBytes: 0 }, totals: tally.totals() })',
      },
      only: /^connections, sessions and runs/,
    },
  ],
  '`metrics`': [
    {
      file: `${src}/plugins/metrics.ts`,
      parts: { metrics: '() => ({ name: "metrics", install() {} })' },
      only: /^a manager with a port|^each manager has/,
    },
  ],
  '`monitoring`': [
    {
      file: `${src}/plugins/monitoring/rules.ts`,
      parts: { 'Rules.take': '() => []' },
      only: /^a stuck handler raises one|^an alert says|^strangers that are refused/,
      waits: true,
    },
    {
      file: `${src}/plugins/monitoring/options.ts`,
      parts: { monitoringSettings: '() => original({})' },
      only: /^limits are changed/,
    },
  ],
  '`tracing()` of `@backchat/server/tracing` and `@backchat/client/tracing`': [
    {
      file: `${src}/tracing.ts`,
      parts: { tracing: '() => ({ name: "tracing", install() {} })' },
      only: /^a request is one span|^durations/,
    },
    {
      file: 'packages/client/src/tracing.ts',
      parts: { tracing: '() => undefined' },
      only: /^a request is one span|^durations/,
    },
  ],
  '`host.followAsks`': [
    {
      file: `${src}/core/plugin-host.ts`,
      words: { 'asks.follow(begin)': '{}' },
      only: /^what the server asks|^questions that fail/,
    },
  ],
  'settings: defaults, bounds, a sentence for each that makes no sense': [
    {
      file: `${src}/core/setting.ts`,
      parts: {
        numberOf: '({ otherwise }, value) => value ?? otherwise',
        choiceOf: '({ otherwise }, value) => value ?? otherwise',
      },
    },
  ],
  'dashboard, alert rules, probes': [
    {
      file: `${src}/plugins/metrics.ts`,
      parts: { metrics: '() => ({ name: "metrics", install() {} })' },
    },
    {
      file: `${src}/handlers/health.ts`,
      parts: { onOwnPort: '() => (_request, response) => response.end()' },
    },
  ],
  '`alert` event': [
    {
      file: `${src}/core/web-socket-manager.ts`,
      words: { "alert: (alert) => this.#bus.emit('alert', alert)": 'alert() {}' },
      only: /^strangers that are refused/,
      waits: true,
    },
  ],
  "`use(fn)`, `use('connection', fn)`": [
    {
      file: `${src}/middleware/onion.ts`,
      parts: { onion: '(_layers, _subject, centre) => centre()' },
      only: /^layers run|^middleware stands/,
    },
  ],
  'validation: `INVALID_MESSAGE` with the path': [
    {
      file: `${src}/middleware/validation.ts`,
      parts: { checkContent: '(_contract, _type, _side, content) => ({ ok: true, content })' },
      only: /^what is wrong|^a message that breaks/,
    },
  ],
  '`config.rateLimit` of sessions and users': [
    {
      file: `${src}/middleware/rate-limit.ts`,
      parts: { 'RateLimit.take': 'async () => undefined' },
      only: /^a burst is let through|^all sessions of a user/,
    },
  ],
  '`config.requestLog`': [
    { file: `${src}/middleware/logging.ts`, parts: { requestLog: '() => () => {}' }, only: /^each request leaves/ },
  ],
  '`createLogger`, redaction': [
    {
      file: `${src}/log.ts`,
      parts: {
        createLogger:
          '() => { const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }; return log }',
      },
    },
    { file: `${src}/log.ts`, parts: { secretPaths: '[]' } },
    { file: `${src}/log.ts`, parts: { errorFields: '(error) => error' } },
  ],
  '`jwt()` of `@backchat/server/jwt`': [
    {
      file: `${src}/jwt.ts`,
      words: { 'await verify(token ?? cookieOf(request))': 'null' },
      only: /token/,
    },
  ],
  'tokens that end, `reauthenticate()`': [
    {
      file: `${src}/machine/credentials.ts`,
      parts: { 'Credentials.isGood': '() => true', 'Credentials.wakeAt': '() => Infinity' },
      only: /^when a token has ended|^a link whose token/,
    },
    {
      file: `${src}/machine/credentials.ts`,
      words: {
        'judged(link: LinkId, user: string | null, endsAt: number, turn: Turn): void {':
          'judged(link, user, _, turn) { const { endsAt } = this.#links.get(link)',
      },
      only: /^a client is told when|^a web token lets/,
    },
  ],
  '`manager.logout(userId)`': [
    {
      file: `${src}/machine/logout.ts`,
      parts: {
        logout: '(_parts, { key }, turn) => turn.perform({ kind: "pushed", key, outcome: { ok: true, sessions: 0 } })',
      },
      only: /^handlers of the user|^a logout ends all/,
    },
  ],
  '`config.concurrency`, `ordered`': [
    {
      file: `${src}/core/lanes.ts`,
      parts: { 'Lanes.take': '() => ({ turn: undefined, leave() {} })' },
      only: /^so many run|^messages of an ordered type/,
      waits: true,
    },
  ],
  '`manager.connections(filter)`': [
    {
      file: `${src}/core/connection-pool.ts`,
      parts: { 'ConnectionPool.snapshots': '() => []' },
      only: /^what is live|^messages of an ordered/,
    },
  ],
  'events of the manager': [{ file: `${src}/core/event-bus.ts`, parts: { 'EventBus.emit': '() => {}' } }],
  rooms: [
    {
      file: `${src}/core/rooms.ts`,
      parts: { changeRoom: 'async () => ({ ok: true })' },
      only: /^users, rooms and everybody/,
    },
  ],
  '`recovery`': [
    { file: `${src}/plugins/guard.ts`, parts: { 'Guard.run': '(work) => work()' }, only: /^a handler that/ },
    {
      file: `${src}/plugins/recovery.ts`,
      parts: { install: '() => {}' },
      only: /^a handler that|^a fallback answers/,
    },
  ],
  '`manager.explain(id)`': [
    {
      file: `${src}/core/explaining.ts`,
      parts: { explain: '() => undefined' },
      only: /^one line says|^what a hello says/,
    },
  ],
  '`manager.flightRecords(filter)`, `config.flightRecords`': [
    {
      file: `${src}/core/flight-recorder.ts`,
      parts: { 'FlightRecorder.records': '() => []' },
      only: /^headers are kept|^the flight recorder has/,
    },
  ],
  '`manager.inspector(options)`, the option `inspector`': [
    {
      file: `${src}/inspector/options.ts`,
      parts: { inspectorOptions: '(given) => ({ ...given, stuckAfterMs: 10_000 })' },
      only: /^who may look must be said|^options that make no sense/,
    },
    {
      file: `${src}/inspector/inspection.ts`,
      words: { '(await this.#patience.wait(() => allow(request))) === true': 'true' },
      only: /^who is turned away/,
    },
  ],
  "the inspector's page": [
    {
      file: `${src}/inspector/page/page.ts`,
      words: { '<script>${script}</script>': '' },
      only: /^an empty server says so/,
      waits: true,
      missing: existsSync(process.env['BACKCHAT_CHROMIUM'] ?? '/usr/bin/chromium') ? undefined : 'no Chromium',
    },
  ],
  mounting: [{ preload: 'test/house/do-nothing/nothing-mounted.mjs', only: /^node-http\.mjs|^two-managers/ }],
  'behind nginx': [
    {
      file: `${src}/core/upgrade.ts`,
      parts: { acceptUpgrades: '() => () => {}' },
      only: /a chat goes on/,
      waits: true,
      missing: 'missing' in nginx ? nginx.missing : undefined,
    },
  ],
  'bad input at the door and on the link': [
    { file: `${src}/core/upgrade.ts`, parts: { judge: '() => undefined' }, only: /foreign origin/ },
    {
      file: `${src}/core/upgrade.ts`,
      words: { 'noServer: true,': 'noServer: true, skipUTF8Validation: true,' },
      only: /^before the hello/,
    },
    {
      file: `${src}/core/system.ts`,
      parts: { systemIds: '{ id: () => "id", message: () => "id" }' },
      only: /^CVE-2017-16031: what names/,
    },
    {
      file: `${src}/handlers/auth.ts`,
      words: {
        'checked(await this.#patience.wait(() => this.#options.authenticate(token, request)))': '{ id: "anybody" }',
      },
      only: /^neither log/,
    },
    {
      file: `${src}/core/links.ts`,
      words: { 'if (!decoded.ok) return feed({': 'if (!decoded.ok) return void ({' },
      only: /^each of them, whole/,
      waits: true,
    },
  ],
  '`WebSocketManager`: life cycle, `ready`, `close({ drain })`; composition': [
    {
      file: `${src}/core/web-socket-manager.ts`,
      parts: { 'WebSocketManager.close': 'async () => {}' },
      only: /^closing leaves|^running handlers/,
      waits: true,
    },
  ],
  '`ConnectionPool`: by connection, session and user; the dead removed': [
    { file: `${src}/core/connection-pool.ts`, parts: { 'ConnectionPool.add': '() => {}' } },
    { file: `${src}/core/connection-pool.ts`, parts: { 'ConnectionPool.end': '() => undefined' } },
  ],
  '`config.maxConnections`, silent and strange links let go': [
    {
      file: `${src}/machine/server-machine.ts`,
      words: { 'greeting.size + sessions.links < this.#maxConnections': 'true' },
      only: /^the server holds no more/,
      waits: true,
    },
    {
      file: `${src}/machine/heartbeats.ts`,
      parts: { 'Heartbeats.wake': '() => {}', 'Heartbeats.wakeAt': '() => Infinity' },
      only: /^who is silent/,
      waits: true,
    },
  ],
  '`config.overload`: some of what is new is turned away when all of it is too much': [
    {
      file: `${src}/machine/strain.ts`,
      parts: { 'Strain.letsIn': '() => true' },
      only: /^from the second|turns new requests away/,
    },
    {
      file: `${src}/machine/strain.ts`,
      parts: { 'Strain.woke': '() => {}' },
      only: /^those that are let in|turns new requests away/,
    },
  ],
  '`MessageProcessor`: routing, handlers beside each other, back-pressure': [
    {
      file: `${src}/core/message-processor.ts`,
      parts: { 'MessageProcessor.start': '() => {}' },
      only: /^a handler is given|^a request is answered|^a generator is asked/,
      waits: true,
    },
  ],
  '`registerHandler`: one for each type, found by it': [
    { file: `${src}/handlers/message.ts`, parts: { 'MessageHandlers.register': '() => {}' } },
  ],
  '`authenticate`': [
    {
      file: `${src}/handlers/auth.ts`,
      parts: { 'Authenticator.authenticate': '() => {}' },
      only: /^the machine learns|^null refuses|^the application says who/,
      waits: true,
    },
  ],
  'errors: whatever is thrown becomes a typed one, without its stack': [
    {
      file: `${src}/handlers/error.ts`,
      parts: {
        mapThrown:
          '(thrown) => ({ wire: { code: "HANDLER_FAILED", message: String(thrown?.stack), mayHaveExecuted: true }, unexpected: false })',
      },
    },
  ],
}

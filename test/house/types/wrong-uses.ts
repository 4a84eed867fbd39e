/** What must not compile, and the place where the compiler must say so. */
import type { WrongUse } from './snippets.js'

const contracts: readonly WrongUse[] = [
  {
    use: 'a message type with the name of a local event',
    code: `defineContract({ «status»: {} })`,
    says: /'status' is reserved/,
  },
  { use: 'a message type called *', code: `defineContract({ «'*'»: {} })`, says: /'\*' is reserved/ },
  {
    use: 'a misspelt field of a message type',
    code: `defineContract({ text: { content: z.string(), «replies»: z.string() } })`,
    says: /no such field/,
  },
  { use: 'a plain object for a schema', code: `defineContract({ text: { «content»: { text: 'string' } } })` },
  { use: 'a schema for an entry', code: `defineContract({ «text»: z.string() })` },
  { use: 'a side that does not exist', code: `defineContract({ text: { «by»: 'both' } })` },
  { use: 'idempotent in words', code: `defineContract({ text: { «idempotent»: 'yes' } })` },
  {
    use: 'content that JSON cannot carry: a date',
    code: `defineContract({ text: { «content»: z.object({ at: z.date() }) } })`,
    says: /must be JSON/,
  },
  {
    use: 'a reply that JSON cannot carry: a bigint',
    code: `defineContract({ text: { «reply»: v.bigint() } })`,
    says: /must be JSON/,
  },
  {
    use: 'a chunk that JSON cannot carry: a map',
    code: `defineContract({ text: { «chunk»: classic.map(classic.string(), classic.string()) } })`,
    says: /must be JSON/,
  },
]

const making: readonly WrongUse[] = [
  { use: 'a client without an address', code: `createClient(«{}»)` },
  { use: 'a client of a contract without an address', code: `«createClient»({ contract: chat })` },
  { use: 'a contract that is none', code: `«createClient»({ url, contract: { text: 'string' } })` },
  { use: 'a plain type as contract value', code: `createClient<Plain>({ url, «contract»: {} })` },
  { use: 'a misspelt option', code: `createClient({ url, «timeOut»: 5 })` },
  { use: 'a timeout with a unit', code: `createClient({ url, «timeout»: '30s' })` },
  { use: 'a token that is no text', code: `createClient({ url, «token»: 5 })` },
  {
    use: 'init that says what the contract does not',
    code: `«createClient»({ url, contract: chat, init: () => ({ since: 'now' }) })`,
    says: /'string' is not assignable to type 'number'/,
  },
  {
    use: 'init that says nothing where the contract wants something',
    code: `«createClient»({ url, contract: chat, init: () => undefined })`,
    says: /'undefined' is not assignable to type '{ since: number; }'/,
  },
  {
    use: 'init that is asynchronous',
    code: `«createClient»({ url, contract: chat, init: async () => ({ since: 0 }) })`,
    says: /missing in type 'Promise/,
  },
  { use: 'init without an init message', code: `createClient<Plain>({ url, init: «() => undefined» })` },
]

const asking: readonly WrongUse[] = [
  {
    use: 'a request of a type that does not exist',
    code: `await client.request(«'txt'», { text: '' })`,
    says: /"txt"/,
  },
  { use: 'a request of a type without reply', code: `await client.request(«'read'», { upTo: '' })`, says: /"read"/ },
  {
    use: 'a request of a type that only the server may send',
    code: `await client.request(«'confirm'», { question: '' })`,
  },
  { use: 'a request with other content', code: `await client.request('text', { «text»: 5 })` },
  { use: 'a request with more content than there is', code: `await client.request('text', { text: '', «more»: 1 })` },
  { use: 'a request without its content', code: `await «client.request»('text')`, says: /arguments/ },
  { use: 'content where there is none', code: `await client.send('typing', «{ fast: true }»)` },
  { use: 'a misspelt option of a request', code: `await client.request('text', { text: '' }, { «timeOut»: 5 })` },
  {
    use: 'a signal that is a controller',
    code: `await client.request('text', { text: '' }, { «signal»: new AbortController() })`,
  },
  {
    use: 'metadata that JSON cannot carry',
    code: `await client.request('text', { text: '' }, { metadata: { «at»: new Date() } })`,
  },
  { use: 'a field that the reply has not', code: `(await client.request('text', { text: '' })).content.«words»` },
  { use: 'a stream of a type without chunks', code: `client.stream(«'day'», '2026-11-01')` },
  {
    use: 'chunks of another type',
    code: `for await (const chunk of client.stream('text', { text: '' })) chunk.«toFixed»()`,
  },
  { use: 'a send of what the server says', code: `await client.send(«'system'», { notice: '' })` },
  { use: 'what a send settled with', code: `(await client.send('read', { upTo: '' })).«content»` },
  { use: 'the sender writing what the schema makes', code: `await client.request('day', «new Date()»)` },
  { use: 'parsed values where nothing parses', code: `(await slim.request('day', '2026-11-01')).content.«getTime»()` },
  { use: 'a type outside plain types', code: `await plain.request(«'tick'», 5)` },
  { use: 'other content than the plain type', code: `await plain.request('text', «5»)` },
  { use: 'changing a message', code: `message.«content» = { text: '' }` },
]

const listening: readonly WrongUse[] = [
  { use: 'listening to what only a client says', code: `client.on(«'read'», () => {})` },
  { use: 'listening to a local event as to a push', code: `client.on(«'status'», () => {})` },
  { use: 'a field that the push has not', code: `client.on('system', (message) => message.content.«text»)` },
  { use: 'a field that only some pushes have', code: `client.on('*', (message) => message.content?.«notice»)` },
  {
    use: 'the content of init where the reply is heard',
    code: `client.on('init', (message) => message.content.«since»)`,
  },
  { use: 'answering what the server cannot ask', code: `client.handle(«'system'», () => {})` },
  { use: 'answering with something else', code: `client.handle('confirm', async () => «({ ok: 'yes' })»)` },
  { use: 'answering with nothing', code: `client.handle('confirm', «() => {}»)` },
  { use: 'a local event that does not exist', code: `client.events.on(«'online'», () => {})` },
  { use: 'the reason of a status that has none', code: `client.status.«reason»` },
  { use: 'an explanation that may not exist', code: `«client.explain('id')».stage` },
]

const failing: readonly WrongUse[] = [
  { use: 'a failure of a type without failure', code: `client.isFailure(error, «'read'»)` },
  { use: 'a field that the failure has not', code: `if (client.isFailure(error, 'text')) error.failure.«code»` },
  { use: 'an error before it is known to be one', code: `«error».code` },
  { use: 'a code that does not exist', code: `if (BackchatError.is(error) && «error.code === 'TIMED_OUT'») {}` },
  {
    use: 'a delay where none is promised',
    code: `if (BackchatError.is(error)) «error.retryAfterMs».toFixed()`,
    says: /possibly 'undefined'/,
  },
  {
    use: 'an error made without a stage',
    code: `new BackchatError(«{ code: 'CLOSED', message: '', mayHaveExecuted: false, retryable: false }»)`,
  },
]

const serving: readonly WrongUse[] = [
  { use: 'a server and a port', code: `new WebSocketManager(«{ server: createServer(), port: 1 }»)` },
  { use: 'neither server nor port', code: `new WebSocketManager(«{}»)` },
  { use: 'a plugin that does not exist', code: `new WebSocketManager({ port: 1, plugins: [«'metric'»] })` },
  {
    use: 'a user without an id',
    code: `new WebSocketManager({ port: 1, «authenticate»: async () => ({ role: 'admin' }) })`,
  },
  { use: 'a store that is none', code: `new WebSocketManager({ port: 1, «store»: new Map() })` },
  { use: 'a misspelt setting', code: `new WebSocketManager({ port: 1, config: { «maxConnection»: 1 } })` },
  {
    use: 'a heartbeat without a unit of its own',
    code: `new WebSocketManager({ port: 1, config: { «heartbeat»: 30_000 } })`,
  },
  { use: 'a state that is no object', code: `new WebSocketManager({ port: 1, «state»: () => 'en' })` },
  { use: 'a handler of a type that does not exist', code: `manager.registerHandler(«'txt'», () => {})` },
  { use: 'a handler of what the server says', code: `manager.registerHandler(«'system'», () => {})` },
  {
    use: 'a handler that replies with something else',
    code: `manager.registerHandler('text', async () => «({ txt: '' })»)`,
  },
  { use: 'a handler that forgets its reply', code: `manager.registerHandler('text', «async () => {}»)` },
  { use: 'a handler that replies where no reply is', code: `manager.registerHandler('read', «async () => 5»)` },
  {
    use: 'a generator where no chunk is',
    code: `manager.registerHandler('day', «async function* () { yield 'x'; return '2026-11-01' }»)`,
  },
  {
    use: 'a generator that yields something else',
    code: `manager.registerHandler('text', «async function* () { yield 5; return { text: '' } }»)`,
  },
  {
    use: 'a generator that returns something else',
    code: `manager.registerHandler('text', «async function* () { yield ''; return 5 }»)`,
  },
  {
    use: 'a field that the content has not',
    code: `manager.registerHandler('text', (message) => ({ text: message.content.«words» }))`,
  },
  {
    use: 'a field that the user has not',
    code: `manager.registerHandler('read', (_, context) => void context.user.«name»)`,
  },
  {
    use: 'a role that no guest has',
    code: `free.registerHandler('text', (_, context) => «context.user.role === 'admin'»)`,
  },
  {
    use: 'a field that the state has not',
    code: `manager.use(async (context, next) => { context.state.«language» = 'de'; await next() })`,
  },
  {
    use: 'a failure of another shape',
    code: `manager.registerHandler('text', (_, context) => { throw context.failure({ «why»: '' }) })`,
  },
  {
    use: 'a failure where none is',
    code: `manager.registerHandler('read', (_, context) => { throw context.failure(«{ reason: '' }») })`,
  },
  { use: 'a misspelt option of a handler', code: `manager.registerHandler('read', () => {}, { «timeOut»: 5 })` },
  { use: 'middleware in a place that does not exist', code: `manager.use(«'message'», async () => {})` },
  { use: 'an event that does not exist', code: `manager.on(«'connected'», () => {})` },
  { use: 'the text of a request that may not be known', code: `«manager.explain('id')».text` },
  { use: 'the content of a flight record', code: `manager.flightRecords()[0]?.«content»` },
  { use: 'an inspector that says to nobody who may look', code: `manager.inspector(«{}»)` },
  { use: 'an inspector that lets in by a word', code: `manager.inspector({ allow: () => «'yes'» })` },
]

const pushing: readonly WrongUse[] = [
  {
    use: 'a push of what only a client says',
    code: `manager.sendToSession('s', { «type: 'read', content: { upTo: '' }» })`,
  },
  { use: 'a push with other content', code: `manager.broadcast({ type: 'system', content: { «notice»: 5 } })` },
  { use: 'a push without its content', code: `manager.sendToUser('ann', «{ type: 'system' }»)` },
  { use: 'a push without a type', code: `manager.sendMessage('c', «{ content: { notice: '' } }»)` },
  {
    use: 'a push that claims an id',
    code: `manager.broadcast({ type: 'system', content: { notice: '' }, «id»: 'mine' })`,
  },
  {
    use: 'an exception that names nobody',
    code: `manager.sendToRoom('lobby', { type: 'system', content: { notice: '' } }, { «except»: 5 })`,
  },
  { use: 'the error of a send that may be well', code: `(await manager.broadcast({ type: 'typing' })).«error»` },
  { use: 'a request of what only a client says', code: `await manager.request('s', «'init'», { since: 0 })` },
  { use: 'a request of a push', code: `await manager.request('s', «'system'», { notice: '' })` },
  { use: 'a server request with other content', code: `await manager.request('s', 'confirm', { «query»: '' })` },
  {
    use: 'a field that the answer has not',
    code: `(await manager.request('s', 'confirm', { question: '' })).content.«no»`,
  },
]

export const wrongUses: readonly WrongUse[] = [
  ...contracts,
  ...making,
  ...asking,
  ...listening,
  ...failing,
  ...serving,
  ...pushing,
]

/** What must compile, and to which types; `same` proves that two are the very same. */
import type { RightUse } from './snippets.js'

export const rightUses: readonly RightUse[] = [
  {
    use: 'a reply has the type that the schema makes of it',
    code: `
      const reply = await client.request('text', { text: 'hello' })
      same<typeof reply, Message<'response', { text: string }>>(true)
      const day = await client.request('day', '2026-11-01')
      same<typeof day.content, Date>(true)`,
  },
  {
    use: 'without the contract at run time, what travelled',
    code: `
      const day = await slim.request('day', '2026-11-01')
      same<typeof day.content, string>(true)
      same<typeof slim, Client<typeof chat, 'wire'>>(true)
      same<typeof client, Client<typeof chat, 'parsed'>>(true)`,
  },
  {
    use: 'plain types, as an interface or in place',
    code: `
      const reply = await plain.request('text', 'hello')
      same<typeof reply.content, { n: number }>(true)
      plain.on('tick', (message) => same<typeof message, Message<'tick', number>>(true))
      for await (const chunk of plain.stream('text', '')) same<typeof chunk, string>(true)
      const inPlace = createClient<{ text: { content: { text: string }; reply: number } }>({ url })
      same<Awaited<ReturnType<typeof inPlace.request<'text'>>>['content'], number>(true)`,
  },
  {
    use: 'without a contract anything goes',
    code: `
      open.on('system', (message) => console.log(message.content.notice))
      open.on('*', (message) => console.log(message.type.length, message.content.x))
      open.on('init', (message) => console.log(message.content.history))
      const reply = await open.request('anything', { a: [1, { b: null }] })
      console.log(reply.content.deep.down)
      await open.send('ping')
      for await (const chunk of open.stream('count', { upTo: 5 })) console.log(chunk.word)
      open.handle('confirm', (message) => ({ ok: message.content.question !== '' }))
      if (open.isFailure(error, 'text')) console.log(error.failure.reason)
      createClient({ url, init: () => ({ since: 0 }), token: 'static' })
      createClient({ url: () => Promise.resolve(new URL(url)), init: () => {} })`,
  },
  {
    use: 'content may be left out where there is none, before options too',
    code: `
      await client.send('typing')
      await client.send('typing', undefined, { timeout: 5 })
      await client.send('typing', null)
      const optional = defineContract({ a: { content: z.optional(z.string()), reply: z.string() } })
      await createClient({ url, contract: optional }).request('a')`,
  },
  {
    use: 'a pending request is a promise that knows more',
    code: `
      const pending = client.request('text', { text: '' })
      same<typeof pending, PendingRequest<Message<'response', { text: string }>>>(true)
      const [reply] = await Promise.all([pending, client.send('typing')])
      await pending.then((reply) => reply.content.text).catch(() => '').finally(() => {})
      const id: string = pending.id
      console.log(id, reply.content.text, pending.stage === 'queued')`,
  },
  {
    use: 'a stream is read once, its reply awaited',
    code: `
      const story = client.stream('text', { text: '' }, { signal: AbortSignal.timeout(5) })
      same<typeof story, StreamHandle<string, Message<'response', { text: string }>>>(true)
      for await (const chunk of story) if (chunk.length > 5) break
      story.leave()
      await story.cancel()
      same<Awaited<typeof story.reply>['content'], { text: string }>(true)`,
  },
  {
    use: 'pushes of all types are told apart by their type',
    code: `
      client.on('*', (message) => {
        if (message.type === 'system') same<typeof message.content, { notice: string }>(true)
        if (message.type === 'typing') same<typeof message.content, null>(true)
        if (message.type === 'day') same<typeof message.content, Date>(true)
      })`,
  },
  {
    use: 'a type of both sides goes both ways',
    code: `
      client.on('text', (message) => same<typeof message, Message<'text', { text: string }>>(true))
      client.handle('text', (message, { signal, failure }) => {
        if (signal.aborted) throw failure({ reason: 'too late' })
        return message.content
      })
      const answer = await manager.request('s', 'text', { text: '' })
      same<typeof answer, Message<'response', { text: string }>>(true)`,
  },
  {
    use: 'the code of an error tells what it carries',
    code: `
      if (BackchatError.is(error)) {
        if (error.code === 'RATE_LIMITED' || error.code === 'OVERLOADED') same<typeof error.retryAfterMs, number>(true)
        else same<typeof error.retryAfterMs, number | undefined>(true)
        const where: string = client.explain(error.requestId)?.text ?? error.message
        console.log(where, error.stage, error.mayHaveExecuted, error.retryable, error.cause, error.trace[0]?.atMs)
        switch (error.code) {
          case 'TIMEOUT': case 'OUTCOME_UNKNOWN': case 'ABORTED': case 'CLOSED': case 'QUEUE_FULL': case 'TOO_LARGE': case 'INVALID_MESSAGE':
          case 'NO_HANDLER': case 'HANDLER_FAILED': case 'HANDLER_TIMEOUT': case 'FAILURE': case 'UNAUTHORIZED': case 'RATE_LIMITED':
          case 'OVERLOADED': case 'EXPIRED': case 'REPLY_LOST': case 'SESSION_GONE': case 'UNSUPPORTED_VERSION': break
          default: same<typeof error, never>(true)
        }
      }
      if (error instanceof BackchatError) console.log(error.code, error.retryAfterMs)`,
  },
  {
    use: 'a failure has the shape of its type',
    code: `if (client.isFailure(error, 'text')) same<typeof error.failure, { reason: string }>(true)`,
  },
  {
    use: 'options may be undefined on purpose',
    code: `
      const signal: AbortSignal | undefined = undefined
      await client.request('text', { text: '' }, { signal, timeout: undefined })
      createClient({ url, token: undefined, timeout: undefined })
      new WebSocketManager({ port: 1, path: undefined, config: { maxConnections: undefined } })`,
  },
  {
    use: 'a status is told apart by its state',
    code: `
      const { status } = client
      if (status.state === 'waiting') same<typeof status.until, number>(true)
      if (status.state === 'unauthorized') same<typeof status.reason, string>(true)
      const { subscribe, getSnapshot } = client
      subscribe(() => console.log(getSnapshot().status.state, getSnapshot().pending.length))()`,
  },
  {
    use: 'a client can be passed on by its type',
    code: `
      const rename = (chats: Client<typeof chat, 'parsed'>) => chats.send('read', { upTo: '' })
      await rename(client)
      const any = (chats: Client) => chats.send('read')
      await any(open)
      const options: ClientOptions = { url }
      createClient(options)`,
  },
  {
    use: 'user and state are what authenticate and state return',
    code: `
      manager.registerHandler('read', (message, context) => {
        same<typeof context.user, { id: string; role: string }>(true)
        same<typeof context.state, { locale: string; role: string }>(true)
        same<typeof message, Message<'read', { upTo: string }>>(true)
      })
      manager.on('connection', (connection) => same<typeof connection, Connection<{ id: string; role: string }, { locale: string; role: string }>>(true))
      free.registerHandler('text', (message, context) => { context.state['seen'] = context.user.role; return message.content.text })
      const wrapped: Manager = free
      await wrapped.ready`,
  },
  {
    use: 'a receiver gets what the schema makes, on the server too',
    code: `
      manager.registerHandler('day', (message) => { same<typeof message.content, Date>(true); return '2026-11-01' })
      await manager.sendToSession('s', { type: 'day', content: '2026-11-01' })`,
  },
  {
    use: 'handlers of every form',
    code: `
      manager.registerHandler('text', () => ({ text: '' }))
      manager.registerHandler('text', async () => ({ text: '' }), { timeout: 5, idempotent: true })
      manager.registerHandler('text', function* () { yield ''; return { text: '' } })
      manager.registerHandler('text', async function* (message, { signal }) { if (!signal.aborted) yield message.content.text; return { text: '' } })
      manager.registerHandler('typing', () => {})
      manager.registerHandler('typing', async () => {})
      const handler: Handler<typeof chat, { id: string; role: string }, { locale: string; role: string }, 'text'> = (message) => message.content
      manager.registerHandler('text', handler)
      free.registerHandler('count', async function* (message) { for (let i = 0; i < message.content.upTo; i++) yield i; return { text: 'done' } })`,
  },
  {
    use: 'middleware and plugins',
    code: `
      manager.use(async ({ message, log, trace, run }, next) => {
        await next()
        if (message.type === 'text') log.info({ words: message.content.text.length, run: run.id, steps: trace.length }, 'answered')
      })
      manager.use(async (context, next) => { if (context.user.role !== 'admin') throw context.failure({ reason: 'not you' }); await next() })
      manager.use(async (context, next) => { await next(); console.log(context.reply?.metadata['replyTo']) })
      manager.use('connection', async (connection, next) => { connection.state.locale = connection.user.role; await next() })
      const generic: Middleware = async (context, next) => { context.log.debug(context.message.type); await next() }
      free.use(generic)
      manager.use(generic)
      manager.use('connection', ((connection) => connection.close()) satisfies ConnectionMiddleware)
      const plugin: Plugin = { name: 'mine', install: (host) => { host.on('handled', ({ type, durationMs }) => host.log.info({ type, durationMs })) } }
      new WebSocketManager({ server: createServer(), plugins: ['recovery', plugin], store: memoryStore() })
      new WebSocketManager({ server: createSecureServer(), path: '/chat' })`,
  },
  {
    use: 'why there is no answer, and a page for those who may look',
    code: `
      const { waitsFor, outcome, text } = manager.explain('id') ?? { waitsFor: undefined, outcome: 'pending', text: 'unknown' }
      if (waitsFor === 'reader' && outcome === 'pending') console.log(text)
      for (const { atMs, direction, kind, type, code } of manager.flightRecords({ session: 's' })) console.log(atMs, direction, kind, type, code)
      createServer(manager.inspector({ allow: ({ headers }) => headers.cookie === 'mine', stuckAfter: 5_000 }))
      new WebSocketManager({ port: 1, inspector: { allow: async () => true, path: '/look' }, config: { flightRecords: 0, explained: 10 } })`,
  },
  {
    use: 'what became of a send',
    code: `
      const sent: SendResult = await manager.sendToRoom('lobby', { type: 'system', content: { notice: '' }, metadata: { tone: 'calm' } }, { except: ['s'] })
      if (sent.ok) same<typeof sent.sessions, number>(true)
      else console.log(sent.error.code)
      await manager.broadcast({ type: 'typing' })
      await free.sendMessage('c', { type: 'response', content: { text: 'Hello' }, from: 'ai' })`,
  },
  {
    use: 'schemas of three libraries in one contract, and those that transform, default and recurse',
    code: `
      interface Tree { readonly children: readonly Tree[] }
      const tree: z.ZodMiniType<Tree, Tree> = z.object({ children: z.array(z.lazy(() => tree)) })
      const mixed = defineContract({
        a: { content: v.object({ n: v.optional(v.number(), 0) }), reply: classic.string().transform(Number), chunk: tree },
        b: { content: z.unknown(), reply: z.record(z.string(), z.json()), failure: z.union([z.string(), z.literal(5), z.tuple([z.null()])]) },
      })
      const both = createClient({ url, contract: mixed })
      same<Awaited<ReturnType<typeof both.request<'a'>>>['content'], number>(true)
      await both.request('a', {})
      for await (const { children } of both.stream('a', {})) console.log(children[0]?.children)
      const served = new WebSocketManager({ port: 1, contract: mixed })
      served.registerHandler('a', (message) => { same<typeof message.content, { n: number }>(true); return '5' })`,
  },
]

/** The chat server: a process of its own, so that it can be killed. Its port comes from the supervisor. */

import { fileURLToPath } from 'node:url'
import { WebSocketManager } from '@backchat/server'
import { lmdbStore } from '@backchat/store-lmdb'
import { chat } from './contract.js'
import { Conversations } from './conversations.js'
import { chooseModel } from './model.js'

const model = chooseModel(process.env)
/** What survives the end of this process. */
const data = process.env['CHAT_DATA'] ?? fileURLToPath(new URL('../.data', import.meta.url))
const conversations = new Conversations(`${data}/conversations`)

const manager = new WebSocketManager({
  port: Number(process.env['CHAT_PORT']),
  path: '/chat',
  contract: chat,
  store: lmdbStore({ path: `${data}/sessions` }),
  // The supervisor on the same machine passes the page's links on, so a dead one is found by silence alone.
  config: { heartbeat: { interval: 15_000 } },
})

manager.registerHandler('init', (message, context) => ({
  remembered: conversations.restore(context.session.id, message.content.history),
  model: model.name,
}))

manager.registerHandler('text', async function* (message, context) {
  const { text } = message.content
  const { id } = context.session
  let answer = ''
  for await (const piece of model.answer(conversations.of(id), text, context.signal)) {
    answer += piece
    yield piece
  }
  conversations.add(id, { who: 'you', text }, { who: 'bot', text: answer })
  return { text: answer }
})

/** Sessions that this process has greeted before. */
const greeted = new Set<string>()

manager.on('connection', ({ resumed, session }) => {
  if (greeted.has(session.id)) return
  greeted.add(session.id)
  const who = `Server process ${process.pid}, up for ${Math.round(process.uptime())} s.`
  const notice = resumed
    ? `The server was restarted, and still knows this conversation. ${who}`
    : `You are talking to ${model.name}. ${who}`
  void manager.sendToSession(session.id, { type: 'system', content: { notice } })
})

manager.on('sessionEnded', ({ id }) => {
  greeted.delete(id)
  conversations.forget(id)
})

manager.on('error', (error) => console.error(error))

// The supervisor is gone: nobody will ever send a SIGTERM.
process.on('disconnect', () => process.exit())
process.on('SIGTERM', () => void manager.close({ drain: 2_000 }).then(() => process.exit()))

manager.ready.then(
  () => process.send?.('ready'),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)

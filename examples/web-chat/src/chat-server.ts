/** The chat server: a process of its own, so that it can be killed. Its port comes from the supervisor. */

import { WebSocketManager } from '@backchat/server'
import { chat } from './contract.js'
import { Conversations } from './conversations.js'
import { chooseModel } from './model.js'

const model = chooseModel(process.env)
const conversations = new Conversations()

const manager = new WebSocketManager({
  port: Number(process.env['CHAT_PORT']),
  path: '/chat',
  contract: chat,
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

manager.on('connection', (connection) => {
  if (connection.resumed) return
  void manager.sendToSession(connection.session.id, {
    type: 'system',
    content: {
      notice: `You are talking to ${model.name}. Server process ${process.pid}, up for ${Math.round(process.uptime())} s.`,
    },
  })
})

manager.on('error', (error) => console.error(error))

// The supervisor is gone: nobody will ever send a SIGTERM.
process.on('disconnect', () => process.exit())
process.on('SIGTERM', () => void manager.close().then(() => process.exit()))

manager.ready.then(
  () => process.send?.('ready'),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)

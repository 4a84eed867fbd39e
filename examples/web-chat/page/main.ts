/** The page: what a person says goes to the client, what the client tells is drawn. */

import { BackchatError, createClient } from '@backchat/client'
import type { chat, Line } from '../src/contract.js'
import { log, openPanel } from './break-panel.js'
import { showConnection } from './connection.js'
import { element } from './elements.js'
import { recallLines, rememberLines } from './memory.js'
import { drawAnswer, drawNotice, drawSaid, type Said } from './messages.js'

const lines: Line[] = recallLines()
const url = new URL('chat', location.href)
url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'

const client = createClient<typeof chat>({ url: url.href, timeout: 60_000, init: () => ({ history: lines }) })

/** What was said and is not answered yet, by the message's id: ticks are drawn as the trace tells how far it got. */
const waiting = new Map<string, Said>()

async function say(text: string): Promise<void> {
  const story = client.stream('text', { text })
  const said = drawSaid(text, () => explain(story.id))
  waiting.set(story.id, said)
  const answer = drawAnswer(() => void story.cancel())
  try {
    for await (const piece of story) answer.add(piece)
    const { content } = await story.reply
    answer.end()
    said.tick('answered')
    lines.push({ who: 'you', text }, { who: 'bot', text: content.text })
    rememberLines(lines)
  } catch (error) {
    answer.cutOff()
    said.failed(reasonOf(error), () => void say(text))
    log(`No answer: ${BackchatError.is(error) ? error.code : String(error)}`, 'bad')
  } finally {
    waiting.delete(story.id)
  }
}

function reasonOf(error: unknown): string {
  if (!BackchatError.is(error)) return 'Something went wrong in this page.'
  if (error.code === 'ABORTED') return 'You stopped the answer.'
  // The rest of the message, in brackets, is for logs: which message it was, and how far it got.
  return error.message.replace(/ \[[^\]]*\]$/, '')
}

function explain(id: string): readonly string[] {
  const [first, ...rest] = client.explain(id)?.trace ?? []
  if (!first) return ['Nothing is known of this message any more.']
  return [first, ...rest].map(({ stage, atMs }) => `${stage.padEnd(8)} + ${((atMs - first.atMs) / 1000).toFixed(2)} s`)
}

client.events.on('trace', ({ id, stage }) => {
  const said = waiting.get(id)
  if (stage === 'sent') said?.tick('sent')
  if (stage === 'received' || stage === 'started') said?.tick('received')
})

let lastState = ''
client.events.on('status', (status) => {
  if (status.state === lastState) return
  lastState = status.state
  log('reason' in status ? `${status.state}: ${status.reason}` : status.state, status.state === 'online' ? 'good' : '')
})
client.events.on('reset', () => {
  log('reset: the server does not know this conversation any more', 'bad')
  drawNotice('The server was restarted and has lost its memory. It gets the conversation back from this page.', true)
})
client.events.on('gap', ({ from, to }) => log(`gap: announcements ${from} to ${to} are lost`, 'bad'))
client.events.on('error', (error) => log(`error: ${error.message}`, 'bad'))

client.on('system', (message) => drawNotice(message.content.notice))
client.on('init', (message) => {
  element('partner', HTMLParagraphElement).textContent = `You are talking to ${message.content.model}`
  if (message.content.remembered > 0) log(`init: the server knows ${message.content.remembered} lines again`, 'good')
})

for (const line of lines) {
  if (line.who === 'you') drawSaid(line.text, () => ['Said before this page was loaded anew.']).tick('answered')
  else {
    const answer = drawAnswer()
    answer.add(line.text)
    answer.end()
  }
}

const composer = element('composer', HTMLFormElement)
const field = element('say', HTMLTextAreaElement)

composer.addEventListener('submit', (event) => {
  event.preventDefault()
  const text = field.value.trim()
  if (text === '') return
  field.value = ''
  void say(text)
})
field.addEventListener('keydown', (event) => {
  // While a word is composed (Chinese, Japanese, …) Enter chooses the word.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  composer.requestSubmit()
})
for (const suggestion of document.querySelectorAll<HTMLButtonElement>('[data-say]')) {
  suggestion.addEventListener('click', () => {
    void say(suggestion.dataset['say'] ?? '')
    field.focus()
  })
}

openPanel()
showConnection(client)

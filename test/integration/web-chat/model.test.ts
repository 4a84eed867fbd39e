/** The web chat's real model: any OpenAI-compatible endpoint, spoken to over real HTTP. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseModel } from '../../../examples/web-chat/src/model.js'

let endpoint: Server
let environment: Record<string, string>
let asked: { readonly path: string | undefined; readonly key: string | undefined; readonly body: unknown }[]
/** What the endpoint streams; an error is a status it answers with instead. */
let streams: readonly string[] | number

beforeEach(async () => {
  asked = []
  endpoint = createServer(async (request, response) => {
    asked.push({ path: request.url, key: request.headers.authorization, body: JSON.parse(await textOf(request)) })
    if (typeof streams === 'number') {
      response.writeHead(streams, { 'content-type': 'application/json' }).end('{"error":{"message":"no such model"}}')
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const content of streams) response.write(chunk({ content }, null))
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
  })
  endpoint.listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  const address = endpoint.address()
  const port = typeof address === 'object' && address ? address.port : 0
  environment = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'a key', OPENAI_MODEL: 'a-model' }
})
afterEach(() => {
  endpoint.close()
  endpoint.closeAllConnections()
})

const chunk = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'a-model', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

async function say(text: string): Promise<string[]> {
  const pieces: string[] = []
  const history = [
    { who: 'you', text: 'hello' },
    { who: 'bot', text: 'hi' },
  ] as const
  for await (const piece of chooseModel(environment).answer(history, text, new AbortController().signal))
    pieces.push(piece)
  return pieces
}

test('the answer streams from the endpoint that the environment names, which is told the conversation', async () => {
  streams = ['Good ', 'day']
  expect((await say('and now?')).join('')).toBe('Good day')
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({
    path: '/v1/chat/completions',
    key: 'Bearer a key',
    body: {
      model: 'a-model',
      stream: true,
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: 'hi' },
        { role: 'user', content: 'and now?' },
      ],
    },
  })
})

test('an endpoint that fails is an error, never an empty answer', async () => {
  streams = 400
  await expect(say('hello')).rejects.toThrow('no such model')
})

test('without an endpoint the small bot answers', () => {
  expect(chooseModel({}).name).toBe('the small bot')
})

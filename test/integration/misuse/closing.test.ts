/** Clients that are closed twice, too early, or used when they are closed. */

import { createServer, type Socket } from 'node:net'
import { BackchatError } from '@backchat/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serve } from '../server/serve.js'
import { clientOf, codeOf, eventually, isWell, pair, unheardRejections } from './set-up.js'

describe('a closed client', () => {
  test('refuses whatever it is asked, typed, and throws at nobody', async () => {
    const both = await pair()
    const { client } = both
    await isWell(both)
    await client.close()
    expect(await codeOf(client.request('echo', 1))).toBe('CLOSED')
    expect(await codeOf(client.send('echo', 1))).toBe('CLOSED')
    const stream = client.stream('echo', 1)
    expect(await codeOf(stream.reply)).toBe('CLOSED')
    expect(await codeOf(stream[Symbol.asyncIterator]().next())).toBe('CLOSED')
    expect(await codeOf(client.reauthenticate())).toBe('CLOSED')
    expect(await codeOf(client.request('echo', 1, { timeout: -1 }))).toBe('INVALID_MESSAGE')
    client.on('system', () => {})()
    client.subscribe(() => {})()
    client.events.on('status', () => {})()
    client.handle('confirm', () => null)()
    expect(client.status).toEqual({ state: 'closed' })
    expect(client.getSnapshot()).toMatchObject({ status: { state: 'closed' }, pending: [] })
    expect(client.explain('nobody')).toBeUndefined()
    await client.ready
  })

  test('is closed as often as one likes', async () => {
    const both = await pair()
    await isWell(both)
    await Promise.all([both.client.close(), both.client.close()])
    await both.client.close()
  })
})

describe('closing a client', () => {
  test('in the turn in which it was made: ready rejects, nothing is dialled', async () => {
    const unheard = unheardRejections()
    const { manager, url } = await serve()
    let connections = 0
    manager.on('connection', () => ++connections)
    const client = clientOf(url)
    const pending = client.request('echo', 1)
    const outcome = codeOf(pending)
    await client.close()
    expect(await outcome).toBe('CLOSED')
    expect(await codeOf(client.ready)).toBe('CLOSED')
    expect(connections).toBe(0)
    expect(unheard).toEqual([])
  })

  test.each(['connecting', 'waiting'] as const)(
    'while it is %s: everything settles, no socket is left',
    async (state) => {
      const unheard = unheardRejections()
      // Takes connections and says nothing, or refuses at once.
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket.resume())
        socket.on('error', () => {}).once('close', () => sockets.delete(socket))
        if (state === 'waiting') socket.destroy()
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const client = clientOf(`ws://127.0.0.1:${port}`)
      const reached = new Promise<void>((resolve) => {
        client.events.on('status', (status) => status.state === state && resolve())
      })
      const outcomes = [client.request('echo', 1), client.send('echo', 1), client.stream('echo', 1).reply].map((one) =>
        codeOf(one),
      )
      await reached
      if (state === 'connecting') await eventually(() => expect(sockets.size).toBe(1))
      await client.close()
      expect(await Promise.all(outcomes)).toEqual(['CLOSED', 'CLOSED', 'CLOSED'])
      await eventually(() => expect(sockets.size).toBe(0))
      expect(unheard).toEqual([])
    },
  )

  test('with requests under way: each settles, and says whether it may have run', async () => {
    const both = await pair({ never: () => new Promise(() => {}) })
    await isWell(both)
    const sent = both.client.request('never').catch((error: unknown) => error)
    const closed = both.client.close()
    expect(await sent).toMatchObject({ code: 'CLOSED', mayHaveExecuted: true })
    await closed
  })
})

describe('promises that nobody awaits', () => {
  test('ready, close(), cancel() and the reply of a stream raise nothing', async () => {
    const unheard = unheardRejections()
    const { url } = await serve()
    const client = clientOf(url)
    client.stream('no such type')
    client.stream('echo', 1, { timeout: 0 })
    void client.ready
    const pending = client.request('no such type')
    void pending.cancel()
    void client.close()
    await pending.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unheard).toEqual([])
  })

  test('a request and a send raise what any promise does, once and typed', async () => {
    const unheard = unheardRejections()
    const { url } = await serve()
    const client = clientOf(url)
    void client.request('no such type')
    void client.send('echo', 1, { timeout: 0 })
    await client.ready
    await client.request('another').catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(unheard.map((error) => BackchatError.is(error) && error.code).sort()).toEqual([
      'INVALID_MESSAGE',
      'NO_HANDLER',
    ])
  })
})

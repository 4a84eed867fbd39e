/** Signals and `cancel()`, at moments that are no good ones. */

import { describe, expect, test } from 'vitest'
import { codeOf, eventually, isWell, pair } from './set-up.js'

const work = (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
  new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('stopped')))

describe('a signal', () => {
  test('that was aborted already: rejects with its reason as the cause, and nothing is sent', async () => {
    let ran = 0
    const both = await pair({ count: () => ++ran })
    const reason = new Error('changed my mind')
    const signal = AbortSignal.abort(reason)
    const error = await both.client.request('count', null, { signal }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ABORTED', mayHaveExecuted: false, cause: reason })
    expect(await codeOf(both.client.send('count', null, { signal }))).toBe('ABORTED')
    expect(await codeOf(both.client.stream('count', null, { signal }).reply)).toBe('ABORTED')
    await isWell(both)
    expect(ran).toBe(0)
  })

  test.each([null, 'now', 1, {}, { aborted: false }])(
    'that is none, but %j: rejects, and nothing is sent',
    async (given) => {
      let ran = 0
      const both = await pair({ count: () => ++ran })
      // Types would not let it pass; a program without types does.
      const signal = given as unknown as AbortSignal
      expect(await codeOf(both.client.request('count', null, { signal }))).toBe('INVALID_MESSAGE')
      await isWell(both)
      expect(ran).toBe(0)
    },
  )

  test.each(['queued', 'sent', 'replied', 'settled'])(
    'that is aborted in the tick of "%s" settles once',
    async (stage) => {
      const both = await pair()
      const { client } = both
      const giveUp = new AbortController()
      client.events.on('trace', (step) => {
        if (step.type === 'echo' && step.stage === stage) giveUp.abort()
      })
      await client.ready
      const pending = client.request('echo', 'once', { signal: giveUp.signal })
      const settled: unknown[] = []
      await pending.then(
        ({ content }) => settled.push(content),
        ({ code }) => settled.push(code),
      )
      await isWell(both)
      // Once the reply is there, it is too late to give up.
      expect(settled).toEqual([stage === 'queued' || stage === 'sent' ? 'ABORTED' : 'once'])
    },
  )

  test('that is aborted again and again settles once, and leaves no listener', async () => {
    const both = await pair({ work })
    const giveUp = new AbortController()
    const waiting = Array.from({ length: 5 }, () => both.client.request('work', null, { signal: giveUp.signal }))
    await isWell(both)
    giveUp.abort()
    giveUp.abort('again')
    for (const one of waiting) expect(await codeOf(one)).toBe('ABORTED')
    await isWell(both)
  })

  test('that is aborted after the reply changes nothing', async () => {
    const both = await pair()
    const giveUp = new AbortController()
    const reply = await both.client.request('echo', 'said', { signal: giveUp.signal })
    giveUp.abort()
    expect(reply.content).toBe('said')
    await isWell(both)
  })

  test('that closes the client when it is aborted', async () => {
    const both = await pair({ work })
    const { client } = both
    const giveUp = new AbortController()
    giveUp.signal.addEventListener('abort', () => void client.close())
    const pending = client.request('work', null, { signal: giveUp.signal })
    const other = client.request('work')
    await isWell(both)
    giveUp.abort()
    expect(['ABORTED', 'CLOSED']).toContain(await codeOf(pending))
    expect(await codeOf(other)).toBe('CLOSED')
  })
})

describe('cancel()', () => {
  test('twice, at once and later, settles once and resolves each time', async () => {
    const stopped: string[] = []
    const both = await pair({
      work: async (message, context) => {
        stopped.push(await work(message, context))
        return null
      },
    })
    const pending = both.client.request('work')
    const outcome = codeOf(pending)
    await isWell(both)
    await Promise.all([pending.cancel(), pending.cancel()])
    await pending.cancel()
    expect(await outcome).toBe('ABORTED')
    await isWell(both)
    await eventually(() => expect(stopped).toEqual(['stopped']))
  })

  test('before anything was sent: it never runs', async () => {
    let ran = 0
    const both = await pair({ count: () => ++ran })
    const pending = both.client.request('count')
    await pending.cancel()
    await expect(pending).rejects.toMatchObject({ code: 'ABORTED', mayHaveExecuted: false })
    await isWell(both)
    expect(ran).toBe(0)
  })

  test('after it settled, well or not, changes nothing', async () => {
    const both = await pair({
      fail: () => {
        throw new Error('as planned')
      },
    })
    const said = both.client.request('echo', 'said')
    const failed = both.client.request('fail')
    expect((await said).content).toBe('said')
    expect(await codeOf(failed)).toBe('HANDLER_FAILED')
    await said.cancel()
    await failed.cancel()
    await isWell(both)
  })

  test('of a stream, twice, ends reading and the reply', async () => {
    const both = await pair({
      async *count(_, { signal }) {
        for (let n = 0; !signal.aborted; n++) yield n
        return 'stopped'
      },
    })
    const stream = both.client.stream('count')
    const read: unknown[] = []
    const reading = async () => {
      for await (const chunk of stream) {
        read.push(chunk)
        if (read.length === 3) await Promise.all([stream.cancel(), stream.cancel()])
      }
    }
    expect(await codeOf(reading())).toBe('ABORTED')
    expect(await codeOf(stream.reply)).toBe('ABORTED')
    await stream.cancel()
    expect(read).toEqual([0, 1, 2])
    await isWell(both)
  })
})

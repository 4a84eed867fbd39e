/** Streams that are read twice, never, too late, or not to their end. */

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { codeOf, eventually, isWell, pair } from './set-up.js'

const stopped: string[] = []

const tale = {
  async *tale(
    { content }: { readonly content: { readonly chunks: number } },
    { signal }: { readonly signal: AbortSignal },
  ) {
    signal.addEventListener('abort', () => stopped.push('aborted'))
    for (let n = 0; n < content.chunks; n++) yield n
    return 'the end'
  },
}

describe('a stream', () => {
  test('has one reader: a second one is told so, the first one reads on', async () => {
    const both = await pair(tale)
    const stream = both.client.stream('tale', { chunks: 3 })
    const read: unknown[] = []
    for await (const chunk of stream) {
      read.push(chunk)
      expect(() => stream[Symbol.asyncIterator]()).toThrow(TypeError)
    }
    expect(read).toEqual([0, 1, 2])
    expect((await stream.reply).content).toBe('the end')
    expect(() => stream[Symbol.asyncIterator]()).toThrow('one reader')
    await isWell(both)
  })

  test('that nobody reads settles', async () => {
    const both = await pair(tale)
    expect((await both.client.stream('tale', { chunks: 5 }).reply).content).toBe('the end')
    await isWell(both)
  })

  test('of which nobody wants anything raises nothing', async () => {
    const both = await pair({
      ...tale,
      fail: () => {
        throw new Error('as planned')
      },
    })
    both.client.stream('tale', { chunks: 5 })
    both.client.stream('fail')
    both.client.stream('no such type')
    both.client.stream('tale', null, { timeout: -1 })
    await isWell(both)
    await sleep(20)
  })

  test('can be read after its end', async () => {
    const both = await pair(tale)
    const stream = both.client.stream('tale', { chunks: 3 })
    await stream.reply
    const read: unknown[] = []
    for await (const chunk of stream) read.push(chunk)
    expect(read).toEqual([0, 1, 2])
    await isWell(both)
  })

  test('that ended can be asked for more: there is none, again and again', async () => {
    const both = await pair(tale)
    const reader = both.client.stream('tale', { chunks: 1 })[Symbol.asyncIterator]()
    expect(await reader.next()).toEqual({ done: false, value: 0 })
    expect(await reader.next()).toMatchObject({ done: true })
    expect(await reader.next()).toMatchObject({ done: true })
    expect(await reader.return?.()).toMatchObject({ done: true })
    expect(await reader.next()).toMatchObject({ done: true })
    await isWell(both)
  })

  test('that failed says so to its reader once, after the chunks before', async () => {
    const both = await pair({
      async *fail() {
        yield 1
        throw new Error('as planned')
      },
    })
    const reader = both.client.stream('fail')[Symbol.asyncIterator]()
    expect(await reader.next()).toEqual({ done: false, value: 1 })
    expect(await codeOf(reader.next())).toBe('HANDLER_FAILED')
    expect(await reader.next()).toMatchObject({ done: true })
    await isWell(both)
  })

  test('asked for many chunks at once gives them in order', async () => {
    const both = await pair(tale)
    const reader = both.client.stream('tale', { chunks: 3 })[Symbol.asyncIterator]()
    const results = await Promise.all([reader.next(), reader.next(), reader.next(), reader.next(), reader.next()])
    expect(results.map(({ value }) => value)).toEqual([0, 1, 2, undefined, undefined])
    await isWell(both)
  })

  test.each(['cancel', 'return'])('that is left by %s before its first chunk is cancelled', async (how) => {
    const both = await pair({
      async *slow(_, { signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        stopped.push('slow')
        yield 1
      },
    })
    stopped.length = 0
    const stream = both.client.stream('slow')
    const reader = stream[Symbol.asyncIterator]()
    const first = reader.next()
    await isWell(both)
    if (how === 'return') await reader.return?.()
    else await stream.cancel()
    expect(await codeOf(stream.reply)).toBe('ABORTED')
    await first.catch(() => {})
    await isWell(both)
    await eventually(() => expect(stopped).toEqual(['slow']))
  })

  test('whose reader throws is cancelled, and what it threw comes out', async () => {
    const both = await pair(tale)
    const stream = both.client.stream('tale', { chunks: 1_000 })
    const reading = async () => {
      for await (const _ of stream) throw new RangeError('mine')
    }
    await expect(reading()).rejects.toThrow(RangeError)
    expect(await codeOf(stream.reply)).toBe('ABORTED')
    await isWell(both)
  })

  test('may be left twice, and read no more; the handler goes on', async () => {
    const both = await pair(tale)
    const stream = both.client.stream('tale', { chunks: 700 })
    stream.leave()
    stream.leave()
    for await (const chunk of stream) throw new Error(`There is no chunk ${chunk} any more.`)
    expect((await stream.reply).content).toBe('the end')
    stream.leave()
    await stream.cancel()
    await isWell(both)
  })
})

import { expect, test } from 'vitest'
import type { Waiter } from './api.js'
import { errorOf } from './shell/errors.js'
import { tracing } from './tracing.js'

const error = errorOf({
  code: 'TIMEOUT',
  message: 'It took too long.',
  stage: 'sent',
  mayHaveExecuted: true,
  retryable: false,
})

const begun = (waiter: Partial<Waiter>, options = {}) => {
  const nobody: Waiter = { succeeded() {}, failed() {}, chunk() {} }
  return { id: 'm', type: 'text', mode: 'stream', options, waiter: { ...nobody, ...waiter } } as const
}

test('who waits hears as much as without tracing', () => {
  const heard: unknown[] = []
  const waiter: Waiter = {
    succeeded: (reply) => heard.push(['succeeded', reply]),
    failed: (why) => heard.push(['failed', why]),
    chunk: (content) => heard.push(['chunk', content]),
    dropped: (why) => heard.push(['dropped', why]),
  }
  const traced = () => tracing().call(begun(waiter), 'ws://localhost').waiter
  const one = traced()
  one.noted?.({ link: 1 })
  one.chunk('a')
  one.dropped?.(error)
  one.failed(error)
  traced().succeeded(null)
  expect(heard).toEqual([
    ['chunk', 'a'],
    ['dropped', error],
    ['failed', error],
    ['succeeded', null],
  ])
})

test('who does not listen for chunks that were dropped need not', () => {
  expect(() => tracing().call(begun({}), undefined).waiter.dropped?.(error)).not.toThrow()
})

test('options stay as they are, but for their metadata', () => {
  const { signal } = new AbortController()
  const { options } = tracing().call(begun({}, { timeout: 5, signal, metadata: { locale: 'de' } }), 'no address')
  expect(options).toEqual({ timeout: 5, signal, metadata: { locale: 'de' } })
})

test('a handler that is none is left for the client to refuse', () => {
  expect(tracing().handler('none' as never)).toBe('none')
})

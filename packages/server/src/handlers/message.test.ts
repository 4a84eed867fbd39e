import { defineContract } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { HandlerOptions } from '../api.js'
import type { Input } from '../machine/inputs.js'
import { MessageHandlers } from './message.js'

const chat = defineContract({ text: {}, rename: { by: 'client', idempotent: true }, system: { by: 'server' } })

const handlersOf = (contract?: typeof chat) => {
  const inputs: Input[] = []
  return { handlers: new MessageHandlers(contract, (input) => inputs.push(input)), inputs }
}

test('a handler is found by its type, and the machine knows what it may do', () => {
  const { handlers, inputs } = handlersOf(chat)
  const handler = () => 'reply'
  handlers.register('text', handler)
  handlers.register('rename', handler, { timeout: 500 })
  expect(handlers.find('text')).toBe(handler)
  expect(handlers.find('constructor')).toBeUndefined()
  expect(inputs).toEqual([
    { kind: 'registered', type: 'text', idempotent: false },
    { kind: 'registered', type: 'rename', idempotent: true, timeoutMs: 500 },
  ])
})

test('the handler’s own word on being idempotent counts', () => {
  const { handlers, inputs } = handlersOf(chat)
  handlers.register('rename', () => 'reply', { idempotent: false })
  expect(inputs).toMatchObject([{ idempotent: false }])
})

test('what cannot be registered is refused with a sentence, and the machine hears nothing', () => {
  const { handlers, inputs } = handlersOf(chat)
  const register =
    (type: unknown, handler: unknown = () => 'reply', timeout?: number) =>
    () =>
      handlers.register(type as string, handler as () => string, timeout === undefined ? {} : { timeout })
  expect(register('other')).toThrow("The contract has no type 'other' that a client may send.")
  expect(register('system')).toThrow("no type 'system' that a client may send")
  expect(register('toString')).toThrow("no type 'toString'")
  expect(register('status')).toThrow("'status' is the name of a local event")
  expect(register('')).toThrow('A message type is a string that is not empty.')
  expect(register(5)).toThrow('A message type is a string')
  expect(register('text', 'reply')).toThrow("The handler of 'text' is not a function.")
  expect(register('text', undefined, -1)).toThrow('timeout is a number of milliseconds from 1 to 86400000, not -1.')
  expect(inputs).toEqual([])
  register('text')()
  expect(register('text')).toThrow("'text' has a handler already; a type has one.")
})

test('without a contract any type may have a handler', () => {
  const { handlers } = handlersOf()
  handlers.register('whatever', () => 'reply')
  expect(() => handlers.register('error', () => 'reply')).toThrow('local event')
})

test('an option that does not exist is refused, and the type has no handler', () => {
  const { handlers, inputs } = handlersOf(chat)
  const misspelt = { idempotant: true } as HandlerOptions
  expect(() => handlers.register('text', () => 'reply', misspelt)).toThrow(
    "The option of registerHandler() has an unknown field 'idempotant'; there are timeout, idempotent, ordered.",
  )
  expect(handlers.find('text')).toBeUndefined()
  expect(inputs).toEqual([])
})

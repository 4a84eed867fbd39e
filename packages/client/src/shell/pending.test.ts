import { expect, test } from 'vitest'
import { Rehearsal } from './rehearsal.js'

test('what is made of a request is a plain promise, and the request still knows its stage', async () => {
  const rehearsal = new Rehearsal()
  const pending = rehearsal.client.request('text', 'hello')
  const made = pending.then(() => 'answered')
  expect(Object.getPrototypeOf(made)).toBe(Promise.prototype)
  expect(pending.stage).toBe('queued')
  rehearsal.online().replies(1, 'hi')
  expect(await made).toBe('answered')
  expect(pending.stage).toBe('settled')
})

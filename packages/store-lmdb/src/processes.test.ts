import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isSameBoot, thisBoot } from './boot.js'
import { isGone, thisProcess } from './processes.js'

const self = thisProcess('boot')

test('a process that is here is not gone, and one of another boot is', () => {
  expect(isGone(self, self)).toBe(false)
  expect(isGone({ ...self, boot: 'another' }, self)).toBe(true)
})

test('a process that has ended is gone, and a new one under its number is another one', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const { pid = 0 } = child
  const mark = { ...self, pid, startedAt: undefined }
  expect(isGone(mark, self)).toBe(false)
  expect(isGone({ ...mark, startedAt: 'long ago' }, self)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isGone(mark, self)).toBe(true)
})

test('what another namespace calls its process says nothing here', () => {
  expect(isGone({ ...self, pid: 2 ** 22 + 1, namespace: 'another' }, self)).toBe(false)
})

test('a boot is known by its id, or by about when it was', () => {
  expect(isSameBoot(thisBoot(), thisBoot())).toBe(true)
  expect(isSameBoot('a', 'b')).toBe(false)
  expect(isSameBoot('at-1000', 'at-1060')).toBe(true)
  expect(isSameBoot('at-1000', 'at-1061')).toBe(false)
  expect(isSameBoot('at-1000', 'a')).toBe(false)
})

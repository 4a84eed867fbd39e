import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Listeners } from './listeners.js'
import { settle } from './rehearsal.js'

const listening = () => {
  const reports: string[] = []
  const listeners = new Listeners<{ news: string }>((name, thrown) => reports.push(`${name}: ${String(thrown)}`))
  return { listeners, reports }
}

test('a listener that throws stops no other, and is reported', () => {
  const { listeners, reports } = listening()
  const heard: string[] = []
  listeners.on('news', () => {
    throw new Error('tired')
  })
  listeners.on('news', (event) => heard.push(event))
  listeners.emit('news', 'rain')
  expect([heard, reports]).toEqual([['rain'], ['news: Error: tired']])
})

test('a listener that rejects is reported, and not waited for', async () => {
  const { listeners, reports } = listening()
  listeners.on('news', () => Promise.reject(new Error('tired')))
  listeners.emit('news', 'rain')
  expect(reports).toEqual([])
  await settle()
  expect(reports).toEqual(['news: Error: tired'])
})

test('a listener that was stopped hears nothing more, and the same function may listen twice', () => {
  const { listeners } = listening()
  let heard = 0
  const listener = () => {
    heard += 1
  }
  const [off] = [listeners.on('news', listener), listeners.on('news', listener)]
  off()
  listeners.emit('news', 'rain')
  expect([heard, listeners.has('news')]).toEqual([1, true])
})

test('who was stopped by an earlier listener is not called any more, and who came meanwhile is not called yet', () => {
  const { listeners } = listening()
  const heard: string[] = []
  listeners.on('news', () => {
    off()
    listeners.on('news', () => heard.push('newcomer'))
  })
  const off = listeners.on('news', () => heard.push('stopped'))
  listeners.emit('news', 'rain')
  expect(heard).toEqual([])
})

test('a promise of another realm is one too', async () => {
  const { listeners, reports } = listening()
  listeners.on('news', runInNewContext(`async () => { throw 'tired' }`))
  listeners.emit('news', 'rain')
  await settle()
  expect(reports).toEqual(['news: tired'])
})

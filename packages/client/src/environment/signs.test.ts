import { expect, test } from 'vitest'
import type { Sign } from './environment.js'
import { platform } from './platform.js'
import { signsFrom } from './signs.js'

/** The events of a page, fired by hand on real event targets that count who listens. */
function page(visibilityState = 'visible') {
  const window = new CountingTarget()
  const document = Object.assign(new CountingTarget(), { visibilityState })
  const heard: Sign[] = []
  const end = signsFrom({ window, document })((sign) => heard.push(sign))
  return { window, document, heard, end }
}

class CountingTarget extends EventTarget {
  listeners = 0
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1
    super.addEventListener(...args)
  }
  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners -= 1
    super.removeEventListener(...args)
  }
}

test('the network coming and going is a sign', () => {
  const { window, heard } = page()
  window.dispatchEvent(new Event('offline'))
  window.dispatchEvent(new Event('online'))
  expect(heard).toEqual(['offline', 'online'])
})

test('the page being hidden and shown is a sign', () => {
  const { document, heard } = page()
  document.visibilityState = 'hidden'
  document.dispatchEvent(new Event('visibilitychange'))
  document.visibilityState = 'visible'
  document.dispatchEvent(new Event('visibilitychange'))
  expect(heard).toEqual(['hidden', 'visible'])
})

test('a page that was hidden before says so at once', () => {
  expect(page('hidden').heard).toEqual(['hidden'])
  expect(page('visible').heard).toEqual([])
})

test('a frozen page counts as hidden, and wakes when it resumes', () => {
  const { document, heard } = page()
  document.dispatchEvent(new Event('freeze'))
  document.dispatchEvent(new Event('resume'))
  expect(heard).toEqual(['hidden', 'woke'])
})

test('a restored page woke, a loaded one did not', () => {
  const { window, heard } = page()
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  expect(heard).toEqual([])
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(heard).toEqual(['woke'])
})

test('afterwards nothing listens any more', () => {
  const { window, document, heard, end } = page()
  expect(window.listeners).toBe(3)
  expect(document.listeners).toBe(3)
  end()
  expect(window.listeners).toBe(0)
  expect(document.listeners).toBe(0)
  window.dispatchEvent(new Event('online'))
  document.dispatchEvent(new Event('resume'))
  expect(heard).toEqual([])
})

test('a worker, which has no document, still hears the network', () => {
  const heard: Sign[] = []
  const window = new EventTarget()
  signsFrom({ window, document: undefined })((sign) => heard.push(sign))
  window.dispatchEvent(new Event('online'))
  expect(heard).toEqual(['online'])
})

test('in Node there is nothing to hear', () => {
  const heard: Sign[] = []
  platform().onSign((sign) => heard.push(sign))()
  expect(heard).toEqual([])
})

test('chance is between 0 and 1', () => {
  const { random } = platform()
  const drawn = Array.from({ length: 100 }, random)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  expect(new Set(drawn).size).toBeGreaterThan(90)
})

import { expect, test } from 'vitest'
import { Closing } from './closing.js'
import { Turn } from './turn.js'

/** A server that closes, with a store that is quiet when told so. */
const closing = () => {
  const log: string[] = []
  const store = { quiet: false }
  const closing = new Closing({
    endRuns: () => log.push('end runs'),
    dropLinks: () => log.push('drop links'),
    isQuiet: () => store.quiet,
  })
  const goOn = (now: number) => {
    const turn = new Turn(now)
    closing.goOn(turn)
    log.push(...turn.effects.map(({ kind }) => kind))
  }
  return { closing, store, log, goOn }
}

test('each step waits for the store', () => {
  const { closing: server, store, log, goOn } = closing()
  goOn(0)
  server.asked(new Turn(0))
  server.asked(new Turn(0))
  goOn(0)
  expect(log).toEqual(['end runs'])
  store.quiet = true
  goOn(1)
  expect(log).toEqual(['end runs', 'drop links', 'ready to close'])
  expect(server.isClosed).toBe(true)
  expect(server.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  goOn(2)
  expect(log).toHaveLength(3)
})

test('no step waits for ever', () => {
  const { closing: server, log, goOn } = closing()
  server.asked(new Turn(500))
  expect(server.isOpen).toBe(false)
  expect(server.wakeAt()).toBe(1_500)
  goOn(1_499)
  expect(log).toEqual(['end runs'])
  goOn(1_500)
  expect(log).toEqual(['end runs', 'drop links', 'ready to close'])
})

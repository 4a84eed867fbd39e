import { expect, test } from 'vitest'
import { Closing } from './closing.js'
import { Turn } from './turn.js'

/** A server that closes; what there is to wait for is as told. */
const closing = (waits: { readonly quiet?: boolean; readonly deserted?: boolean; readonly atWork?: boolean } = {}) => {
  const log: string[] = []
  const state = { quiet: true, deserted: true, atWork: false, ...waits }
  const closing = new Closing({
    drain: () => log.push('drain'),
    isDeserted: () => state.deserted,
    signal: () => log.push('signal'),
    isAtWork: () => state.atWork,
    endRuns: () => log.push('end runs'),
    leave: () => log.push('leave'),
    isQuiet: () => state.quiet,
  })
  const goOn = (now: number) => {
    const turn = new Turn(now)
    closing.goOn(turn)
    log.push(...turn.effects.map(({ kind }) => kind))
  }
  const ask = (now: number, drainMs: number) => closing.asked(drainMs, new Turn(now))
  return { closing, state, log, goOn, ask }
}

const all = ['drain', 'signal', 'end runs', 'leave', 'ready to close']

test('a server that has nothing to wait for is closed in one turn', () => {
  const { closing: server, log, goOn, ask } = closing()
  goOn(0)
  expect(log).toEqual([])
  ask(0, 10_000)
  ask(0, 10_000)
  goOn(0)
  expect(log).toEqual(all)
  expect(server.isClosed).toBe(true)
  expect(server.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  goOn(1)
  expect(log).toEqual(all)
})

test('handlers have as long as the drain, then one second from their signals', () => {
  const { closing: server, log, goOn, ask } = closing({ atWork: true })
  ask(500, 10_000)
  expect(server.isOpen).toBe(false)
  goOn(10_499)
  expect(log).toEqual(['drain'])
  expect(server.wakeAt()).toBe(10_500)
  goOn(10_500)
  expect(log).toEqual(['drain', 'signal'])
  goOn(11_499)
  expect(log).toEqual(['drain', 'signal'])
  goOn(11_500)
  expect(log).toEqual(all)
})

test('a handler that ends upon its signal is not waited for any longer', () => {
  const { state, log, goOn, ask } = closing({ atWork: true })
  ask(0, 0)
  goOn(0)
  expect(log).toEqual(['drain', 'signal'])
  state.atWork = false
  goOn(1)
  expect(log).toEqual(all)
})

test('clients have two seconds to leave from when the last handler ended', () => {
  const { closing: server, state, log, goOn, ask } = closing({ deserted: false, atWork: true })
  ask(0, 10_000)
  goOn(3_000)
  state.atWork = false
  goOn(4_000)
  expect(server.wakeAt()).toBe(6_000)
  goOn(5_999)
  expect(log).toEqual(['drain'])
  goOn(6_000)
  expect(log).toEqual(all)
})

test('a handler that begins late is waited for anew', () => {
  const { state, log, goOn, ask } = closing({ deserted: false })
  ask(0, 10_000)
  goOn(0)
  state.atWork = true
  goOn(1_000)
  state.atWork = false
  goOn(2_500)
  expect(log).toEqual(['drain'])
  state.deserted = true
  goOn(2_600)
  expect(log).toEqual(all)
})

test('what the store is asked meanwhile does not give clients more time to leave', () => {
  const { closing: server, state, log, goOn, ask } = closing({ deserted: false })
  ask(0, 10_000)
  goOn(0)
  for (const quiet of [false, true, false]) {
    state.quiet = quiet
    goOn(1_000)
  }
  goOn(2_000)
  expect(log).toEqual(['drain'])
  // It is the store that is waited for now, and nothing is woken for meanwhile but the end of the drain.
  expect(server.wakeAt()).toBe(10_000)
  state.quiet = true
  goOn(2_001)
  expect(log).toEqual(all)
})

test('no step waits for ever for the store', () => {
  const { log, goOn, ask } = closing({ quiet: false })
  ask(0, 100)
  goOn(99)
  expect(log).toEqual(['drain'])
  goOn(100)
  expect(log).toEqual(['drain', 'signal', 'end runs'])
  goOn(1_100)
  expect(log).toEqual(['drain', 'signal', 'end runs', 'leave'])
  goOn(2_100)
  expect(log).toEqual(all)
})

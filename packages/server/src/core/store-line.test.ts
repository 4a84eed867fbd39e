import { expect, test } from 'vitest'
import type { Operation, Result } from '../store/operations.js'
import type { Store } from '../store/store.js'
import { StoreLine } from './store-line.js'

const join = (session: string): Operation => ({ op: 'join', session, room: 'lobby' })
const ok: Result = { op: 'join', status: 'ok' }
const gone: Result = { op: 'join', status: 'gone' }

/** A line to a store that answers as told, and notes of all that was asked and answered. */
const lineTo = (apply: Store['apply']) => {
  const notes: unknown[] = []
  const line = new StoreLine({ apply, close: () => {} })
  const ask = (name: string, ...operations: Operation[]) =>
    line.ask({
      operations,
      answered: (answer) => notes.push([name, 'results' in answer ? answer.results : answer.reason]),
    })
  return { line, ask, notes }
}

test('what was asked between two flushes is one batch, and each gets the results of its own operations', () => {
  const batches: number[] = []
  const { line, ask, notes } = lineTo((operations) => {
    batches.push(operations.length)
    return [ok, gone, ok]
  })
  ask('first', join('a'), join('b'))
  ask('second', join('c'))
  expect(line.flush()).toBe(true)
  expect(line.flush()).toBe(false)
  expect(batches).toEqual([3])
  expect(notes).toEqual([
    ['first', [ok, gone]],
    ['second', [ok]],
  ])
})

test('a store that throws fails everybody in the batch, and the next batch is tried again', () => {
  let broken = true
  const { line, ask, notes } = lineTo(() => {
    if (broken) throw new Error('no disk')
    return [ok]
  })
  ask('first', join('a'))
  line.flush()
  broken = false
  ask('second', join('b'))
  line.flush()
  expect(notes).toEqual([
    ['first', 'no disk'],
    ['second', [ok]],
  ])
})

test('answers that come later are handed on in the order asked, even when they come in another', async () => {
  const answers: ((results: readonly Result[]) => void)[] = []
  const { line, ask, notes } = lineTo(() => new Promise((resolve) => answers.push(resolve)))
  ask('first', join('a'))
  line.flush()
  ask('second', join('b'))
  line.flush()
  answers[1]?.([gone])
  await turns()
  expect(notes).toEqual([])
  answers[0]?.([ok])
  await turns()
  expect(notes).toEqual([
    ['first', [ok]],
    ['second', [gone]],
  ])
})

test('an answer at once waits for an earlier one that is still to come', async () => {
  let answerFirst: (results: readonly Result[]) => void = () => {}
  const first = new Promise<readonly Result[]>((resolve) => {
    answerFirst = resolve
  })
  let calls = 0
  const { line, ask, notes } = lineTo(() => {
    calls += 1
    return calls === 1 ? first : [gone]
  })
  ask('first', join('a'))
  line.flush()
  ask('second', join('b'))
  line.flush()
  expect(notes).toEqual([])
  answerFirst([ok])
  await turns()
  expect(notes).toEqual([
    ['first', [ok]],
    ['second', [gone]],
  ])
})

test('a promise that rejects fails its own batch only', async () => {
  const answers = [Promise.reject(new Error('out of reach')), Promise.resolve([ok])]
  const { line, ask, notes } = lineTo(() => answers.shift() ?? [])
  ask('first', join('a'))
  line.flush()
  ask('second', join('b'))
  line.flush()
  await turns()
  expect(notes).toEqual([
    ['first', 'out of reach'],
    ['second', [ok]],
  ])
})

/** Lets promises that have settled be noticed. */
const turns = () => new Promise((resolve) => setImmediate(resolve))

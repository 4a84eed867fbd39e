import { expect, test } from 'vitest'
import { onion } from './onion.js'

const noted = () => {
  const notes: string[] = []
  const layer = (name: string) => async (subject: string, next: () => Promise<void>) => {
    notes.push(`${name} in ${subject}`)
    await next()
    notes.push(`${name} out`)
  }
  const centre = async () => {
    notes.push('centre')
  }
  return { notes, layer, centre }
}

test('layers run from the outside in and back again', async () => {
  const { notes, layer, centre } = noted()
  await onion([layer('a'), layer('b')], 'x', centre)
  expect(notes).toEqual(['a in x', 'b in x', 'centre', 'b out', 'a out'])
})

test('without layers there is only the centre', async () => {
  const { notes, centre } = noted()
  await onion([], 'x', centre)
  expect(notes).toEqual(['centre'])
})

test('a layer that does not go on keeps the centre from running', async () => {
  const { notes, layer, centre } = noted()
  await onion([layer('a'), () => 'enough', layer('b')], 'x', centre)
  expect(notes).toEqual(['a in x', 'a out'])
})

test('what one throws reaches the layers around it', async () => {
  const { notes, layer } = noted()
  const broken = onion([layer('a')], 'x', () => Promise.reject(new Error('no')))
  await expect(broken).rejects.toThrow('no')
  expect(notes).toEqual(['a in x'])
})

test('going on again is possible where it may be repeated, with all that is inside', async () => {
  const { notes, layer } = noted()
  const tries: string[] = []
  const twice = async (_: string, next: () => Promise<void>) => {
    await next().catch(() => {})
    await next()
  }
  const centre = async () => {
    tries.push('centre')
    if (tries.length === 1) throw new Error('no')
  }
  await onion([twice, layer('a')], 'x', centre, () => tries.length === 1)
  expect(tries).toHaveLength(2)
  expect(notes).toEqual(['a in x', 'a in x', 'a out'])
})

test('going on twice is refused, so that nothing runs twice', async () => {
  const { notes, centre } = noted()
  const twice = async (_: string, next: () => Promise<void>) => {
    await next()
    await next()
  }
  await expect(onion([twice], 'x', centre)).rejects.toThrow('more than once')
  expect(notes).toEqual(['centre'])
})

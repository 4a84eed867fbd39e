import type { Json } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { appendChunks, type ChunkLog, chunkCount, chunksFrom, confirmChunks, noChunks } from './chunk-log.js'

const chunk = (n: number) => ({ content: `"${n}"` as Json, bytes: 10 })
const logOf = (...numbers: readonly number[]): ChunkLog => appendChunks(noChunks, numbers.map(chunk))

test('chunks are numbered from 0, and read from any number that is kept', () => {
  const log = appendChunks(logOf(0, 1), [chunk(2)])
  expect(chunkCount(log)).toBe(3)
  expect(chunksFrom(log, 0)).toEqual(['"0"', '"1"', '"2"'])
  expect(chunksFrom(log, 2)).toEqual(['"2"'])
  expect(chunksFrom(log, 3)).toEqual([])
  expect(chunksFrom(log, 9)).toEqual([])
})

test('what the reader took is forgotten, and cannot be read again', () => {
  const log = confirmChunks(logOf(0, 1, 2), 2)
  expect(log).toEqual({ first: 2, kept: [chunk(2)], bytes: 10 })
  expect(chunkCount(log)).toBe(3)
  expect(chunksFrom(log, 1)).toBeUndefined()
  expect(chunksFrom(log, 2)).toEqual(['"2"'])
})

test('a confirmation that is late, repeated or from the future is harmless', () => {
  const log = confirmChunks(logOf(0, 1, 2), 2)
  expect(confirmChunks(log, 1)).toBe(log)
  expect(confirmChunks(log, 2)).toBe(log)
  expect(confirmChunks(log, 99)).toEqual({ first: 3, kept: [], bytes: 0 })
})

/** A share of what `pnpm fuzz --frames 1000000` does at length; and that it would find what it looks for. */

import { describe, expect, test } from 'vitest'
import type { Machine, ServerEffect, ServerInput } from '../simulation/machines.js'
import { type FuzzOptions, fuzz } from './fuzz.js'
import { Memory } from './memory.js'
import { failureOf } from './replay.js'

describe('frames by chance', () => {
  test.each(['server', 'client'] as const)('50,000 to a %s: no exception, no growth, nothing left', (side) => {
    const memory = new Memory()
    const figures = fuzz(side, { seed: 1, frames: 50_000, look: () => memory.look() })
    expect(memory.grows).toBe(false)
    // It must not be that nothing gets through.
    expect(figures.answers).toBeGreaterThan(1_000)
    if (side === 'server') expect(figures.runs).toBeGreaterThan(5_000)
  })

  test('the same seed is the same run', () => {
    const options = { seed: 7, frames: 2_000 }
    expect(fuzz('server', options)).toEqual(fuzz('server', options))
    expect(fuzz('client', options)).toEqual(fuzz('client', options))
  })
})

describe('what is planted is found', () => {
  const spoil = (spoilt: (input: ServerInput, effects: readonly ServerEffect[]) => readonly ServerEffect[]) => {
    return (machine: Machine<ServerInput, ServerEffect>): Machine<ServerInput, ServerEffect> => ({
      handle: (input, now) => spoilt(input, machine.handle(input, now)),
      wakeAt: () => machine.wakeAt(),
    })
  }

  const failure = (around: FuzzOptions['around']) => {
    const options = { seed: 1, frames: 10_000, ...(around && { around }) }
    try {
      fuzz('server', options)
    } catch (thrown) {
      return failureOf('server', options, thrown)
    }
    return undefined
  }

  test('an exception, with the few frames that lead to it', () => {
    const found = failure(
      spoil((input, effects) => {
        const frame = input.kind === 'received' ? input.frame : undefined
        if (frame?.kind === 'ack' && frame.chunks?.some(([, next]) => next > 1_000)) throw new RangeError('planted')
        return effects
      }),
    )
    expect(found?.complaint).toContain('planted')
    expect(found?.acts.length).toBeLessThanOrEqual(4)
  })

  test('an answer that the neighbour does not get', () => {
    let replies = 0
    const found = failure(
      spoil((_, effects) =>
        effects.filter((effect) => effect.kind !== 'transmit' || effect.frame.kind !== 'reply' || ++replies % 20 !== 0),
      ),
    )
    expect(found?.complaint).toContain('was not answered')
  })

  test('a link closed with a code that nobody knows', () => {
    const found = failure(
      spoil((_, effects) =>
        effects.map((effect) =>
          effect.kind === 'abandon' && effect.code === 4400 ? { ...effect, code: 1006 } : effect,
        ),
      ),
    )
    expect(found?.complaint).toContain('closed with 1006')
    expect(found?.acts.length).toBeLessThanOrEqual(3)
  })

  test('a handler that is never told that its session is over', () => {
    const found = failure(spoil((_, effects) => effects.filter(({ kind }) => kind !== 'abort')))
    expect(found?.complaint).toContain('work for sessions that are over')
  })

  test('memory that is never let go', () => {
    const kept: (readonly string[])[] = []
    const memory = new Memory()
    const around = spoil((input, effects) => {
      if (input.kind === 'received') kept.push(Array.from({ length: 200 }, () => input.frame.kind))
      return effects
    })
    fuzz('server', { seed: 1, frames: 10_000, around, look: () => memory.look() })
    expect(memory.grows).toBe(true)
    expect(kept.length).toBeGreaterThan(0)
  })
})

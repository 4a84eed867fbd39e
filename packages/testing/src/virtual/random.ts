/** Chance that can be repeated: one seed, and from it a stream of its own for each thing that draws. */

import type { Random } from '@backchat/protocol'

/** A source of numbers in [0, 1) that gives the same ones for the same seed and name. */
export interface SeededRandom extends Random {
  /** Independent of this stream and of all others: what one thing draws never changes what another one draws. */
  stream(name: string): SeededRandom
  /**
   * The number of this key, such as a moment: the same whatever was drawn before. So one thing less that happens changes
   * nothing for the others.
   */
  at(key: number): number
}

/**
 * @example
 * const chance = random(7)
 * const latency = chance.stream('latency of ann')
 */
export function random(seed: number | string): SeededRandom {
  const start = hash(String(seed))
  let state = start
  const draw = () => {
    state = (state + 0x9e3779b9) | 0
    return mix(state) / 2 ** 32
  }
  const stream = (name: string) => random(`${seed}/${name}`)
  // Moments are seldom whole milliseconds.
  const at = (key: number) => mix(start ^ mix(Math.floor(key * 1_000) | 0)) / 2 ** 32
  return Object.assign(draw, { stream, at })
}

/** A whole number from `least` to `most`, both included. */
export function between(chance: Random, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1))
}

/** One of these. */
export function pick<T>(chance: Random, things: readonly [T, ...T[]]): T {
  return things[Math.floor(chance() * things.length)] ?? things[0]
}

/** Spreads 32 bits evenly; the finalizer of MurmurHash3 (public domain). */
function mix(bits: number): number {
  let mixed = bits ^ (bits >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** FNV-1a of a text, mixed. */
function hash(text: string): number {
  let bits = 0x811c9dc5
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193)
  return mix(bits)
}

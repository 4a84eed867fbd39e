/** Bugs that the simulator cannot see: each scene goes well, and does not when its bug is planted. */

import { describe, expect, test } from 'vitest'
import { directMutants } from './direct-mutants.js'

describe.each(Object.entries(directMutants))('found: %s', (_, mutant) => {
  test(mutant.scene.test, () => {
    expect(mutant.scene.play({})).toBeUndefined()
    expect(mutant.scene.play(mutant)).toBeTypeOf('string')
  })
})

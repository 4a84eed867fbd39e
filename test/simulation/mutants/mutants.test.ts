import { expect, test } from 'vitest'
import { simulate } from '../simulate.js'
import { mutants } from './mutants.js'

/** Each planted bug must be found within so many lives. */
const lives = 300

test.each(Object.entries(mutants))('found: %s', (name, mutation) => {
  for (let seed = 1; seed <= lives; seed++) {
    const [violation] = simulate({ seed, mutation }).violations
    if (!violation) continue
    console.log(`${name}: found by seed ${seed}, ${violation.promise}: ${violation.how}`)
    return
  }
  expect.fail(`${name} lived through ${lives} seeds`)
})

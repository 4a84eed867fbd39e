import { expect, test } from 'vitest'
import { choiceOf, type NumberSetting, numberOf } from './setting.js'

const ms: NumberSetting = { name: 'pause', unit: 'ms', otherwise: 5, least: 1, most: 10, meaning: '' }

test('a number within its bounds is taken, and nothing is the default', () => {
  expect([1, 2.5, 10, undefined].map((value) => numberOf(ms, value))).toEqual([1, 2.5, 10, 5])
})

test('what is beyond, no number, or no whole one where it should be, is refused with the bounds', () => {
  const whole: NumberSetting = { ...ms, unit: 'bytes' }
  for (const value of [0.9, 10.1, Number.NaN, Number.POSITIVE_INFINITY, '5', null, {}])
    expect(() => numberOf(ms, value), String(value)).toThrow('pause is a number of milliseconds from 1 to 10, not ')
  expect(() => numberOf(whole, 2.5)).toThrow('pause is a whole number of bytes from 1 to 10, not 2.5.')
  expect(() => numberOf({ ...ms, unit: 'share' }, '5')).toThrow("pause is a share from 1 to 10, not '5'.")
})

test('where the default depends, a number has to be given', () => {
  expect(() => numberOf({ ...ms, otherwise: 'as another' }, undefined)).toThrow('not undefined')
})

test('a choice is one of those that there are', () => {
  const colour = { name: 'colour', otherwise: 'red', choices: ['red', 'green', 'blue'], meaning: '' } as const
  expect([choiceOf(colour, undefined), choiceOf(colour, 'blue')]).toEqual(['red', 'blue'])
  expect(() => choiceOf(colour, 'pink')).toThrow("colour is 'red', 'green' or 'blue', not 'pink'.")
  expect(() => choiceOf(colour, 5)).toThrow('not 5.')
})

import { expect, test } from 'vitest'
import { checkFilter, checkText } from './filter.js'

const check = (filter: unknown) => () => checkFilter('connections()', filter as object, ['id', 'user'])

test('a filter may be left out, and so may each of its fields', () => {
  for (const filter of [undefined, {}, { user: 'ann' }, { user: undefined, id: '1' }])
    expect(check(filter)).not.toThrow()
})

test('what is no filter is told in a sentence', () => {
  expect(check(null)).toThrow(new TypeError('The filter of connections() is an object, not null.'))
  expect(check('ann')).toThrow(new TypeError("The filter of connections() is an object, not 'ann'."))
  expect(check({ usr: 'ann' })).toThrow(
    new TypeError("The filter of connections() has an unknown field 'usr'; there are id, user."),
  )
  expect(check({ user: 5 })).toThrow(new TypeError('The user of connections() is a text, not 5.'))
  expect(() => checkText('id of explain()', undefined)).toThrow(
    new TypeError('The id of explain() is a text, not undefined.'),
  )
})

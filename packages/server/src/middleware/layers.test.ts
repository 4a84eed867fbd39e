import { expect, test } from 'vitest'
import { Layers } from './layers.js'

test('those of plugins stand outside those of the application, each in the order in which it came', () => {
  const layers = new Layers<string>()
  layers.add('application 1')
  layers.addOutside('plugin 1')
  layers.add('application 2')
  layers.addOutside('plugin 2')
  expect(layers.all).toEqual(['plugin 1', 'plugin 2', 'application 1', 'application 2'])
})

test('whoever goes through them has them as they were', () => {
  const layers = new Layers<string>()
  layers.add('application')
  const before = layers.all
  layers.addOutside('plugin')
  layers.add('late')
  expect(before).toEqual(['application'])
})

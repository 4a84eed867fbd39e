import { expect, test } from 'vitest'
import type { Plugin, PluginHost, PluginName } from '../api.js'
import { Plugins } from './plugins.js'
import { systemClock } from './system.js'

const made = (...given: (PluginName | Plugin)[]) => new Plugins(given, () => {}, systemClock)

test('lower ones are installed first; equal ones keep the order of the list', async () => {
  const notes: string[] = []
  const plugin = (name: string, order?: number): Plugin => ({ name, order, install: () => void notes.push(name) })
  const plugins = made(plugin('late', 5), plugin('first'), plugin('early', -1), plugin('second', 0))
  // None of these asks its host for anything.
  await plugins.install({} as PluginHost)
  expect(notes).toEqual(['early', 'first', 'second', 'late'])
})

test('a name is one of those that come with the server', () => {
  expect(() => made('monitoring', 'metrics')).not.toThrow()
  expect(() => made('metrix' as PluginName)).toThrow(
    /There is no plugin 'metrix'.*; there are monitoring, metrics, recovery/,
  )
  expect(() => made('toString' as PluginName)).toThrow("There is no plugin 'toString'")
  expect(() => made('metrics', 'metrics')).toThrow("The plugin 'metrics' is there twice.")
})

test('an order is a number', () => {
  expect(() => made({ name: 'a', order: Number.NaN, install() {} })).toThrow("The order of the plugin 'a' is a number.")
})

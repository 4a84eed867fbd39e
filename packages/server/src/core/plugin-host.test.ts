import { expect, test } from 'vitest'
import { pluginHost } from './plugin-host.js'

test('a host whose manager has closed takes nothing more', () => {
  const added: string[] = []
  let isClosed = false
  // It asks nothing else of its manager.
  const host = pluginHost({
    manager: { on: () => added.push('on'), use: () => added.push('use') },
    asks: { follow: () => added.push('followAsks') },
    health: { serve: () => added.push('serve') },
    atClose: () => {},
    isClosed: () => isClosed,
  } as unknown as Parameters<typeof pluginHost>[0])
  const additions = [
    () => host.on('handled', () => {}),
    () => host.use((_context, next) => next()),
    () => host.use('connection', (_connection, next) => next()),
    () => host.followAsks(({ metadata }) => ({ metadata, settled() {} })),
    () => host.serve('/late', () => ({ contentType: 'text/plain', body: '' })),
  ]
  for (const add of additions) add()
  expect(added).toEqual(['on', 'use', 'use', 'followAsks', 'serve'])
  isClosed = true
  for (const add of additions) expect(add).toThrow('The manager is closed')
  expect(added).toHaveLength(5)
})

import { expect, test } from 'vitest'
import { between, random } from '../virtual/random.js'
import { virtualClock } from '../virtual/virtual-clock.js'
import type { LinkEnd, LinkEvents } from './memory-link.js'
import { type MemoryNetworkOptions, memoryNetwork } from './memory-network.js'

test('a dial opens both ends, and texts pass in order, each taking its time', () => {
  const { clock, dial, served } = network({ latencyMs: [5, 5] })
  const client = dial()
  clock.advance(9)
  expect(client.heard).toEqual([])
  clock.advance(1)
  expect(client.heard).toEqual(['opened'])
  client.end.send('a')
  client.end.send('b')
  clock.advance(5)
  expect(served[0]?.heard).toEqual(['opened', 'a', 'b'])
  served[0]?.end.send('c')
  clock.advance(5)
  expect(client.heard).toEqual(['opened', 'c'])
})

test('order is kept under drawn latencies and changing delays', () => {
  const chance = random(1)
  const { clock, net, dial, served } = network({ random: chance.stream('latency'), latencyMs: [0, 50] })
  const client = dial()
  clock.advance(200)
  for (let i = 0; i < 200; i++) {
    client.end.send(String(i))
    net.delay(between(chance, 0, 100))
    clock.advance(3)
  }
  clock.advance(1_000)
  expect(served[0]?.heard.slice(1)).toEqual(Array.from({ length: 200 }, (_, i) => String(i)))
})

test('a link that one end closes ends at the other behind what was sent', () => {
  const { clock, net, dial, served } = network()
  const client = dial()
  clock.advance(10)
  served[0]?.end.send('last words')
  served[0]?.end.close(4408, 'too late')
  served[0]?.end.send('nobody hears this')
  clock.advance(10)
  expect(client.heard).toEqual(['opened', 'last words', 'closed 4408'])
  expect(served[0]?.heard).toEqual(['opened'])
  expect(net.connections).toBe(0)
})

test('a cut loses what is under way, and each side learns of it in its own time', () => {
  const { clock, net, dial, served } = network({ latencyMs: [5, 5] })
  const client = dial()
  clock.advance(10)
  client.end.send('lost')
  net.cut({ clientAfterMs: 100, serverAfterMs: 7 })
  clock.advance(6)
  expect(served[0]?.heard).toEqual(['opened'])
  clock.advance(1)
  expect(served[0]?.heard).toEqual(['opened', 'closed 1006'])
  client.end.send('lost too')
  clock.advance(92)
  expect(client.heard).toEqual(['opened'])
  clock.advance(1)
  expect(client.heard).toEqual(['opened', 'closed 1006'])
  expect([net.connections, clock.pending]).toEqual([0, 0])
})

test('a side that ended before it was told leaves no timer behind', () => {
  const { clock, net, dial } = network()
  const client = dial()
  clock.advance(10)
  net.cut({ clientAfterMs: 1_000 })
  client.end.terminate()
  clock.advance(10)
  expect([net.connections, clock.pending]).toEqual([0, 0])
})

test('a side that never learns of a cut learns of it when healed', () => {
  const { clock, net, dial, served } = network()
  const client = dial()
  clock.advance(10)
  net.cut({ serverAfterMs: Number.POSITIVE_INFINITY })
  clock.advance(100_000)
  expect(client.heard).toEqual(['opened', 'closed 1006'])
  expect(served[0]?.heard).toEqual(['opened'])
  net.heal()
  clock.advance(0)
  expect(served[0]?.heard).toEqual(['opened', 'closed 1006'])
})

test('a black hole swallows one direction; what lost a text breaks when it is over', () => {
  const { clock, net, dial, served } = network()
  const client = dial()
  clock.advance(10)
  net.blackHole({ direction: 'up', forMs: 100 })
  client.end.send('lost')
  served[0]?.end.send('heard')
  clock.advance(50)
  expect(client.heard).toEqual(['opened', 'heard'])
  expect(served[0]?.heard).toEqual(['opened'])
  clock.advance(50)
  expect(client.heard).toEqual(['opened', 'heard', 'closed 1006'])
  expect(served[0]?.heard).toEqual(['opened', 'closed 1006'])
})

test('a black hole in which nothing was lost leaves no trace', () => {
  const { clock, net, dial, served } = network()
  const client = dial()
  clock.advance(10)
  net.blackHole({ forMs: 100 })
  clock.advance(100)
  client.end.send('still here')
  clock.advance(10)
  expect(served[0]?.heard).toEqual(['opened', 'still here'])
})

test('a stall holds texts back and gives them in order', () => {
  const { clock, net, dial, served } = network()
  const client = dial()
  clock.advance(10)
  net.stall({ forMs: 100 })
  client.end.send('a')
  client.end.send('b')
  expect(client.end.buffered()).toBe(2)
  clock.advance(99)
  expect(served[0]?.heard).toEqual(['opened'])
  clock.advance(1)
  expect(served[0]?.heard).toEqual(['opened', 'a', 'b'])
  expect(client.end.buffered()).toBe(0)
})

test('a dial is refused without a server, refused on demand, or left hanging', () => {
  const { clock, net, dial, served, stop } = network()
  net.refuse(20)
  const refused = dial()
  clock.advance(20)
  net.silence()
  const silent = dial()
  clock.advance(100_000)
  expect([refused.heard, silent.heard]).toEqual([['closed 1006'], []])
  net.heal()
  clock.advance(0)
  expect(silent.heard).toEqual(['closed 1006'])
  stop()
  const nobody = dial()
  clock.advance(20)
  expect(nobody.heard).toEqual(['closed 1006'])
  expect([served.length, net.connections]).toEqual([0, 0])
})

test('a dial that was given up is not accepted', () => {
  const { clock, net, dial, served } = network()
  dial().end.terminate()
  clock.advance(100)
  expect([served.length, net.connections]).toEqual([0, 0])
})

test('an end that terminated is told nothing more, and the other learns of it', () => {
  const { clock, dial, served } = network()
  const client = dial()
  clock.advance(10)
  served[0]?.end.send('under way')
  client.end.terminate()
  clock.advance(100)
  expect(client.heard).toEqual(['opened'])
  expect(served[0]?.heard).toEqual(['opened', 'closed 1006'])
})

test('a link is cut exactly before the text that matches', async () => {
  const { clock, net, dial, served } = network()
  const client = dial()
  clock.advance(10)
  const cut = net.cutBefore('reply', { side: 'client' })
  for (const text of ['started', 'the reply', 'later']) served[0]?.end.send(text)
  clock.advance(10)
  expect(client.heard).toEqual(['opened', 'started', 'closed 1006'])
  expect(served[0]?.heard).toEqual(['opened'])
  expect(await cut.done).toBe('the reply')
})

test('a link with too much under way is cut', () => {
  const { clock, net, dial } = network({ capacity: 2 })
  const client = dial()
  clock.advance(10)
  net.stall()
  for (const text of ['a', 'b', 'c']) client.end.send(text)
  clock.advance(0)
  expect(client.heard).toEqual(['opened', 'closed 1006'])
})

function network(options: Partial<MemoryNetworkOptions> = {}) {
  const clock = virtualClock()
  const net = memoryNetwork({ clock, ...options })
  const served: { end: LinkEnd; heard: string[] }[] = []
  const stop = net.listen((end) => {
    const heard: string[] = []
    served.push({ end, heard })
    return listener(heard)
  })
  const dial = () => {
    const heard: string[] = []
    return { end: net.dial(listener(heard)), heard }
  }
  return { clock, net, dial, served, stop }
}

function listener(heard: string[]): LinkEvents {
  return {
    opened: () => heard.push('opened'),
    received: (text) => heard.push(text),
    closed: (code) => heard.push(`closed ${code}`),
  }
}

/** The scripted session over a byte pipe, in virtual time: real client, real server, real WebSockets, no socket. */

import { createServer } from 'node:http'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { type Direction, random, type VirtualClock, virtualClock, virtualIds } from '@backchat/testing'
import { WebSocket } from 'ws'
import { type ByteCut, BytePipe } from './byte-pipe.js'
import { type Played, Scene } from './scripted-session.js'

export interface Run {
  readonly played: Played
  /** What travelled on the first link. */
  readonly written: Readonly<Record<Direction, number>>
  readonly links: number
  /** Timers and pipes that were left behind. */
  readonly left: { readonly timers: number; readonly pipes: number }
}

/** Virtual time in which it must be over; a session that was not said goodbye to takes two minutes to end. */
const longestMs = 600_000

export async function runInMemory(cut?: ByteCut): Promise<Run> {
  const clock = virtualClock()
  const server = createServer()
  const pipes: BytePipe[] = []
  const dial = () => {
    const pipe = new BytePipe(pipes.length === 0 ? cut : undefined)
    pipes.push(pipe)
    server.emit('connection', pipe.server)
    return pipe.client
  }
  const chance = random('scripted session')
  const scene = await Scene.open({
    clock,
    wait: (ms) => new Promise<void>((resolve) => clock.after(ms, resolve)),
    listening: { server },
    manager: { ids: virtualIds(chance.stream('server')) },
    client: {
      url: 'ws://in.memory',
      WebSocket: webSocketOver(dial),
      random: chance.stream('client'),
      ids: virtualIds(chance.stream('ids')),
    },
  })
  const dialling = () => scene.client.status.state === 'connecting' && pipes.every((pipe) => pipe.gone || pipe.broken)
  const played = await inVirtualTime(clock, scene.play(), () => activity(pipes), dialling)
  for (let i = 0; i < 3; i++) await turn()
  const [first] = pipes
  const left = { timers: clock.pending, pipes: pipes.filter((pipe) => !pipe.gone).length }
  return { played, written: first?.written ?? { up: 0, down: 0 }, links: pipes.length, left }
}

function activity(pipes: readonly BytePipe[]): number {
  return pipes.reduce((sum, { written }) => sum + written.up + written.down, pipes.length)
}

/** Turns without a byte after which nothing will happen until time passes. */
const quietTurns = 4

/** Lets time pass only when nothing happens any more. */
async function inVirtualTime<T>(
  clock: VirtualClock,
  promise: Promise<T>,
  activity: () => number,
  dialling: () => boolean,
): Promise<T> {
  let over = false
  const done = () => {
    over = true
  }
  promise.then(done, done)
  while (!over) {
    for (let quiet = 0, last = activity(); quiet < quietTurns; quiet++) {
      await turn()
      if (activity() !== last) [quiet, last] = [0, activity()]
    }
    // The keeper of the client's socket has a timer of its own, of 0 ms, before each dial.
    for (let i = 0; i < 20 && dialling(); i++) await sleep(1)
    if (!over && (clock.now() > longestMs || !clock.step()))
      throw new Error(`nothing happens any more at ${clock.now()} ms of virtual time`)
  }
  return promise
}

function webSocketOver(dial: () => BytePipe['client']) {
  return class extends WebSocket {
    constructor(url: string, protocols: string | string[] = [], options?: WebSocket.ClientOptions) {
      super(url, protocols, { ...options, createConnection: dial as never })
    }
  }
}

/** One run: frames by chance, half of them to a server, half to a client; and what becomes of memory meanwhile. */

import type { Random } from '@backchat/protocol'
import { between, pick, random } from '@backchat/testing'
import { type ClientAct, isFrame, type ServerAct, type World } from './act.js'
import { ClientWorld } from './client-world.js'
import { clientDeck, serverDeck } from './deck.js'
import { Impostor } from './impostor.js'
import { ServerWorld } from './server-world.js'
import { Stranger } from './stranger.js'

export type Side = 'server' | 'client'
export type Act = ServerAct | ClientAct

export interface FuzzOptions {
  readonly seed: number
  readonly frames: number
  /** Called now and then, with how many frames have been. */
  readonly look?: (frames: number) => void
  /** Puts something between the server's machine and all that happens to it. */
  readonly around?: ConstructorParameters<typeof ServerWorld>[1]
  /** Is told each act before it happens. */
  readonly record?: (act: Act) => void
}

export interface Figures {
  readonly frames: number
  readonly acts: number
  readonly virtualSeconds: number
  /** How many links were closed or dropped, by code. */
  readonly closes: Readonly<Record<number, number>>
  /** Right answers to the neighbour, and pushes; or callers of the client that were settled. */
  readonly answers: number
  /** Handlers that were begun. */
  readonly runs: number
  readonly pushes: number
}

const strangers = 8
const looks = 21

export const fuzz = (side: Side, options: FuzzOptions): Figures =>
  side === 'server' ? fuzzServer(options) : fuzzClient(options)

function fuzzServer(options: FuzzOptions): Figures {
  const chance = random(options.seed).stream('server')
  const deck = clientDeck(options.seed)
  const those = Array.from({ length: strangers }, (_, who) => new Stranger(who, chance, deck))
  const events = {
    received: (who: number, text: string) => those[who]?.received(text),
    closed: (who: number) => those[who]?.closed(),
  }
  const world = new ServerWorld(events, options.around)
  const began = world.server.now
  const next = (): ServerAct => {
    const kind = chance()
    if (kind < 0.05)
      return { act: 'pass', ms: chance() < 0.01 ? between(chance, 1_000, 200_000) : between(chance, 0, 50) }
    if (kind < 0.08)
      return { act: 'end work', which: between(chance, 0, 100), how: pick(chance, ['returns', 'throws']) }
    if (kind < 0.081) return { act: 'broadcast' }
    if (kind < 0.1) return { act: 'neighbour', says: pick(chance, ['echo', 'yield', 'push', 'send']) }
    return (those[Math.floor(chance() * strangers)] ?? new Stranger(0, chance, deck)).next()
  }
  const acts = run(world, next, options)
  const { closes, neighbour } = world
  const virtualSeconds = Math.round((world.server.now - began) / 1_000)
  return {
    frames: options.frames,
    acts,
    virtualSeconds,
    closes,
    answers: neighbour.answers,
    runs: world.server.runs,
    pushes: neighbour.pushes,
  }
}

function fuzzClient(options: FuzzOptions): Figures {
  const chance = random(options.seed).stream('client')
  const impostor = new Impostor(chance, serverDeck(options.seed))
  const world = new ClientWorld(impostor)
  let passed = 0
  const acts = run(
    world,
    () => {
      const act = nextForClient(chance, impostor, world.waiting)
      if (act.act === 'pass') passed += act.ms
      return act
    },
    options,
  )
  const virtualSeconds = Math.round(passed / 1_000)
  return {
    frames: options.frames,
    acts,
    virtualSeconds,
    closes: world.drops,
    answers: world.settled,
    runs: 0,
    pushes: 0,
  }
}

function nextForClient(chance: Random, impostor: Impostor, waiting: number): ClientAct {
  const kind = chance()
  if (kind < 0.2)
    return {
      act: 'ask',
      mode: pick(chance, ['request', 'stream', 'send']),
      timeoutMs: pick(chance, [1, 500, 30_000, 1e12]),
    }
  if (kind < 0.23) return { act: 'give up', which: between(chance, 0, waiting) }
  if (kind < 0.24) return { act: 'leave', which: between(chance, 0, waiting) }
  if (kind < 0.28)
    return { act: 'take', which: between(chance, 0, waiting), next: pick(chance, [1, 5, 1_000, 2 ** 53 - 1]) }
  if (kind < 0.285) return { act: 'notice', sign: pick(chance, ['online', 'offline', 'visible', 'hidden', 'woke']) }
  if (kind < 0.286) return { act: 'reauthenticate' }
  if (kind < 0.2862) return { act: 'renew' }
  if (kind < 0.32)
    return { act: 'pass', ms: chance() < 0.01 ? between(chance, 1_000, 100_000) : between(chance, 0, 100) }
  return impostor.next()
}

function run<A extends Act>(world: World<A>, next: () => A, { frames, look, record }: FuzzOptions): number {
  const lookEvery = Math.ceil(frames / looks)
  let acts = 0
  for (let frame = 0; frame < frames; acts++) {
    const act = next()
    record?.(act)
    world.play(act)
    if (!isFrame(act)) continue
    frame += 1
    if (frame % lookEvery === 0) look?.(frame)
  }
  world.end()
  return acts
}

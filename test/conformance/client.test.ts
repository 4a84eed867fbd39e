/** Every case for clients, measured on the real machine, with texts read as the client's shell reads them. */

import type { ClientFrame, Json } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { Stage } from '../../packages/client/src/machine/stage.js'
import { arrivals } from '../../packages/client/src/shell/arrivals.js'
import { type ClientCase, isBinary, isText, type Move, type Wire } from './case.js'
import { clientCases } from './client-cases.js'
import { reply, welcome } from './sound-frames.js'

type Frame = ClientFrame<Json>

/** The client under test and what is known of it. Request 1 is the neighbour of what a case asks. */
class ClientUnderTest {
  readonly stage = new Stage()
  /** By number: the key of the shell's. */
  readonly #keys = new Map<number, number>()
  readonly #events = arrivals((input) => this.stage.tell(input))

  constructor() {
    this.stage.tell({ kind: 'started' })
    this.stage.tell({ kind: 'listened', type: '*' })
    this.stage.tell({ kind: 'opened', link: this.stage.link })
    this.move({ asks: 'request' })
  }

  say(wire: Wire, link = this.stage.link): void {
    if (isBinary(wire)) this.#events.garbled(link, 'a binary message')
    else this.#events.received(link, isText(wire) ? wire.text : JSON.stringify(wire))
  }

  move(move: Move): void {
    if ('says' in move) for (const wire of move.says) this.say(wire)
    else if ('asks' in move) this.#keys.set(this.#keys.size + 1, this.stage.ask({ mode: move.asks }))
    else this.stage.tell({ kind: 'abandoned', key: this.#keys.get(move.givesUp) ?? 0 })
  }

  /** By number, what has settled. */
  settled(): Record<number, string> {
    const settled: Record<number, string> = {}
    for (const [n, key] of this.#keys) {
      const outcome = this.stage.outcome(key)
      if (outcome !== undefined) settled[n] = outcome
    }
    return settled
  }

  unsettled(): readonly number[] {
    return [...this.#keys.keys()].filter((n) => this.settled()[n] === undefined)
  }

  /** Pushes by their ids, and gaps, in order. */
  announced(): readonly unknown[] {
    const { effects } = this.stage
    return effects.flatMap((effect): readonly unknown[] => {
      if (effect.kind === 'deliver') return [effect.message.id]
      return effect.kind === 'gap' ? [[effect.from, effect.to]] : []
    })
  }
}

describe('a client', () => {
  test.each(clientCasesByRule())('[%s] %s', (_rule, _name, conformance) => conductClient(conformance))
})

function clientCasesByRule() {
  return clientCases.map((conformance) => [conformance.rule, conformance.name, conformance] as const)
}

function conductClient(conformance: ClientCase): void {
  const { link, before = [], says, sends = [], settles = {}, chunks = 0, announces = [], drops } = conformance
  const client = new ClientUnderTest()
  const { stage } = client
  const hello = stage.framesOf('hello')[0]
  if (link === 'welcomed') client.say(welcome)
  for (const move of before) client.move(move)
  const asked = stage.frames().filter(({ kind }) => kind === 'cancel')
  const dialled = stage.link

  for (const wire of says) client.say(wire, dialled)
  stage.pass(conformance.passes ?? 0)

  expect(stage.take('abandon').map(({ code }) => code)).toEqual(drops === undefined ? [] : [drops])
  expect([...asked, ...stage.frames()]).toMatchObject(sends)
  expect(client.settled()).toEqual(settles)
  expect(stage.take('chunk')).toHaveLength(chunks)
  expect(client.announced()).toEqual(announces)
  if (conformance.becomes === 'closed') return isClosed(stage)
  if (drops !== undefined) dialsAgain(client, conformance, hello)
  else if (link === 'greeting' && sends.length === 0) client.say(welcome)
  if (settles[1] === undefined && conformance.becomes !== 'another') neighbourIsAnswered(client)
}

function isClosed(stage: Stage): void {
  expect(stage.take('status').at(-1)).toMatchObject({ status: { state: 'closed' } })
  expect(stage.machine.wakeAt()).toBe(Number.POSITIVE_INFINITY)
}

/** The next hello is of the same client, or of another one; and what is not settled is asked for again under its number. */
function dialsAgain(client: ClientUnderTest, conformance: ClientCase, before: Frame | undefined): void {
  const { stage } = client
  const { link, becomes = 'same', asksFrom = {} } = conformance
  stage.pass(15_000)
  stage.tell({ kind: 'opened', link: stage.link })
  const [hello, ...more] = stage.frames()
  expect(more).toEqual([])
  expect(hello).toMatchObject({ kind: 'hello', attempt: becomes === 'same' ? 2 : 1 })
  expect(nameIn(hello) === nameIn(before)).toBe(becomes === 'same')
  expect(stage.take('reset')).toHaveLength(becomes === 'another' && link === 'welcomed' ? 1 : 0)
  client.say(welcome)
  const again = stage.framesOf('request')
  expect(again.map(({ n }) => n)).toEqual(client.unsettled())
  for (const { n, from = 0 } of again) expect(from).toBe(asksFrom[n] ?? 0)
}

const nameIn = (frame: Frame | undefined) => (frame?.kind === 'hello' ? frame.client : undefined)

function neighbourIsAnswered(client: ClientUnderTest): void {
  client.say(reply(1))
  expect(client.settled()[1]).toBe('ok')
}

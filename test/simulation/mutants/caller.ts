/** A client's machine on one link after another, told what a server says frame by frame. */

import type { ClientFrame, Json, ReceivedByClient, RequestMode, Welcome } from '@backchat/protocol'
import { random, virtualIds } from '@backchat/testing'
import { type ClientEffect, type ClientInput, ClientMachine, type Machine, type Outcome } from '../machines.js'
import type { Mutation } from '../world.js'

type Frame = ClientFrame<Json>

/** The one thing that it asks has this key. */
const theKey = 1

export class Caller {
  /** How the one request ended. */
  outcome: Outcome | undefined
  readonly #machine: Machine<ClientInput, ClientEffect>
  #sent: Frame[] = []
  /** Chunks that its reader took. */
  #taken = 0
  #now = 0
  /** The newest link, and whether it is there. */
  #link = 0
  #isUp = false

  constructor({ client }: Mutation) {
    const machine = new ClientMachine({ random: () => 0, ids: virtualIds(random('caller')) })
    this.#machine = client?.(machine) ?? machine
    this.#tell({ kind: 'started' })
  }

  /** The frames of that kind that it sent since it was last asked for any. */
  sent<Kind extends Frame['kind']>(kind: Kind): readonly Extract<Frame, { readonly kind: Kind }>[] {
    const isOfKind = (frame: Frame): frame is Extract<Frame, { readonly kind: Kind }> => frame.kind === kind
    const sent = this.#sent.filter(isOfKind)
    this.#sent = []
    return sent
  }

  /** How far its reader has come, as it told when everything that it owed was told. */
  credit(): readonly number[] {
    this.#wake()
    return this.sent('ack').flatMap(({ chunks = [] }) => chunks.map(([, next]) => next))
  }

  /** Its next link opens and is welcomed. */
  connect(over: Partial<Welcome> = {}): void {
    for (let waits = 0; !this.#isUp && waits < 100; waits++) this.#wake()
    this.#tell({ kind: 'opened', link: this.#link })
    this.hear({ ...welcome, ...over })
  }

  lose(): void {
    this.#isUp = false
    this.#tell({ kind: 'closed', link: this.#link, code: 1006, reason: '' })
  }

  hear(frame: ReceivedByClient): void {
    if (this.#isUp) this.#tell({ kind: 'received', link: this.#link, frame })
  }

  ask(mode: RequestMode): void {
    const message = '{"id":"message"}' as Json
    this.#tell({
      kind: 'requested',
      key: theKey,
      mode,
      id: 'message',
      type: 'text',
      message,
      timeoutMs: 60_000,
    })
  }

  #wake(): void {
    this.#now = Math.max(this.#now, this.#machine.wakeAt())
    this.#tell({ kind: 'woke' })
  }

  #tell(input: ClientInput): void {
    for (const effect of this.#machine.handle(input, this.#now)) this.#perform(effect)
  }

  #perform(effect: ClientEffect): void {
    switch (effect.kind) {
      case 'fetchToken':
        return this.#tell({ kind: 'tokenFetched', fetch: effect.fetch, token: undefined })
      case 'dial':
        this.#link = effect.link
        this.#isUp = true
        return
      case 'abandon':
        if (effect.link === this.#link) this.#isUp = false
        return
      case 'initialise':
        return this.#tell({ kind: 'initSkipped' })
      case 'chunk':
        this.#taken += 1
        return this.#tell({ kind: 'took', key: theKey, next: this.#taken })
      case 'transmit':
        this.#sent.push(effect.frame)
        return
      case 'settle':
        this.outcome = effect.outcome
        return
      default:
        return
    }
  }
}

const welcome: Welcome = {
  kind: 'welcome',
  sessionId: 'session',
  epoch: 'epoch',
  resumed: false,
  head: 0,
  idempotent: [],
  limits: { messageBytes: 65_536, window: 256, ranges: 64 },
  heartbeatMs: 30_000,
}

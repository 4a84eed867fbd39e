/** Every request settles exactly once, at or before its deadline, or in the first turn after it when the computer slept. */

import type { Fact } from '../facts.js'
import { Numbering } from '../numbering.js'
import type { Ask } from '../scenario.js'
import type { Broken, Watch } from './promise.js'

interface Waiting {
  deadline: number
  settled: boolean
}

export function settles(broken: Broken): Watch {
  const waiting = new Map<Ask, Waiting>()
  const numbering = new Numbering()
  const wokeAt = new Map<number, number>()

  const settled = (ask: Ask, client: number, now: number) => {
    const state = waiting.get(ask)
    if (!state) return broken(`${ask.id} settled without being asked`)
    if (state.settled) broken(`${ask.id} settled twice`)
    state.settled = true
    if (now > state.deadline && wokeAt.get(client) !== now)
      broken(`${ask.id} settled at ${now}, its deadline was ${state.deadline}`)
  }

  return {
    hear(fact: Fact, now: number) {
      numbering.hear(fact)
      if (fact.fact === 'asked') waiting.set(fact.ask, { deadline: now + fact.ask.timeoutMs, settled: false })
      if (fact.fact === 'settled') settled(fact.ask, fact.client, now)
      if (fact.fact === 'woke') wokeAt.set(fact.client, now)
      if (fact.fact !== 'heard' || !('n' in fact.frame)) return
      // For a stream the time is the longest silence.
      const ask = numbering.askOf(fact.client, fact.frame.n)
      const state = ask && waiting.get(ask)
      if (state && ask.mode === 'stream') state.deadline = now + ask.timeoutMs
    },
    end() {
      for (const [ask, state] of waiting) if (!state.settled) broken(`${ask.id} never settled`)
    },
  }
}

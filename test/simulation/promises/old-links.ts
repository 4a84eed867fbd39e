/** What an older link brings leads to nothing at all. */

import type { Fact } from '../facts.js'
import { Links } from '../links.js'
import type { Broken, Watch } from './promise.js'

/** Whether the application sees something that only a server can have said; what time does, it may do in any turn. */
function isSaid(fact: Fact): boolean {
  if (fact.fact === 'settled') return fact.outcome.ok || fact.outcome.error.code !== 'TIMEOUT'
  return fact.fact === 'chunk' || fact.fact === 'delivered' || fact.fact === 'gap' || fact.fact === 'reset'
}

/** What begins another turn of a client. */
const turns: ReadonlySet<Fact['fact']> = new Set([
  'asked',
  'gave up',
  'left',
  'took',
  'opened',
  'lost',
  'woke',
  'listened',
  'reauthenticated',
  'due',
  'closed',
  'heard',
])

export function oldLinks(broken: Broken): Watch {
  const links = new Links()
  /** The client whose turn is about a frame of an older link. */
  let hears: number | undefined

  return {
    hear(fact: Fact) {
      links.hear(fact)
      if (!('client' in fact) || 'node' in fact) {
        hears = undefined
        return
      }
      if (turns.has(fact.fact))
        hears = fact.fact === 'heard' && !links.isCurrent(fact.client, fact.link) ? fact.client : undefined
      if (hears === fact.client && isSaid(fact))
        broken(`client ${fact.client} saw "${fact.fact}" because of a frame of an older link`)
    },
  }
}

/** An application hears of exactly one reset whenever the session that it knew is not the one it is welcomed to; and of none else. */

import type { Fact } from '../facts.js'
import { Links } from '../links.js'
import type { Broken, Watch } from './promise.js'

export function resets(broken: Broken): Watch {
  const links = new Links()
  const epochs = new Map<number, string>()
  const owed = new Set<number>()

  const overdue = (client: number) => {
    if (owed.delete(client)) broken(`client ${client} was not told that its session began anew`)
  }

  return {
    hear(fact: Fact) {
      links.hear(fact)
      if (fact.fact === 'reset' && !owed.delete(fact.client))
        broken(`client ${fact.client} was told of a reset that was none`)
      if (fact.fact === 'healed') return [...owed].forEach(overdue)
      if (fact.fact !== 'heard') return
      overdue(fact.client)
      if (fact.frame.kind !== 'welcome' || !links.isCurrent(fact.client, fact.link)) return
      const known = epochs.get(fact.client)
      if (known !== undefined && known !== fact.frame.epoch) owed.add(fact.client)
      epochs.set(fact.client, fact.frame.epoch)
    },
  }
}

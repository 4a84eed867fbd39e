/** A good answer is what a run of that very request returned. */

import type { JsonValue } from '@backchat/protocol'
import type { Ask } from '../scenario.js'
import type { Broken, Watch } from './promise.js'

export function replies(broken: Broken): Watch {
  const runs = new Map<number, { readonly ask: Ask; returned: boolean }>()

  const check = (ask: Ask, content: JsonValue | undefined) => {
    const { run: number, ask: id } = content as { readonly ask?: string; readonly run?: number }
    const run = runs.get(number ?? 0)
    if (id !== ask.id || run?.ask !== ask) broken(`${ask.id} got the answer of another: ${JSON.stringify(content)}`)
    else if (!run.returned) broken(`${ask.id} got an answer before run ${number} returned`)
  }

  return {
    on: {
      ran: ({ run, ask }) => void runs.set(run, { ask, returned: false }),
      returned({ run: number }) {
        const run = runs.get(number)
        if (run) run.returned = true
      },
      settled({ ask, outcome }) {
        if (outcome.ok && ask.mode !== 'send') check(ask, outcome.message?.content)
      },
    },
  }
}

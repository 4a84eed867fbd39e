/** A stream is exact: its chunks in order, each once, all of one run; after a good end all of them, after an error exactly the first ones. */

import type { JsonValue } from '@backchat/protocol'
import type { Ask } from '../scenario.js'
import type { Broken, Watch } from './promise.js'

interface Read {
  readonly run: number | undefined
  readonly chunks: number
}

export function streams(broken: Broken): Watch {
  const read = new Map<Ask, Read>()
  const yielded = new Map<number, number>()
  const over = new Set<Ask>()

  const chunk = (ask: Ask, content: JsonValue) => {
    const { ask: id, run, chunk } = content as { readonly ask: string; readonly run: number; readonly chunk: number }
    const { run: first, chunks } = read.get(ask) ?? { run, chunks: 0 }
    if (over.has(ask)) broken(`${ask.id} got a chunk after its end`)
    if (id !== ask.id || run !== first) broken(`${ask.id} got a chunk of another run: ${JSON.stringify(content)}`)
    if (chunk !== chunks) broken(`${ask.id} got chunk ${chunk} where ${chunks} was due`)
    read.set(ask, { run, chunks: chunks + 1 })
  }

  const ended = (ask: Ask, content: JsonValue | undefined) => {
    const { run, chunks } = content as { readonly run: number; readonly chunks: number }
    const seen = read.get(ask) ?? { run, chunks: 0 }
    if (seen.chunks !== chunks || seen.run !== run)
      broken(`${ask.id} ended well after ${seen.chunks} of ${chunks} chunks`)
    if (yielded.get(run) !== (chunks || undefined))
      broken(`run ${run} yielded ${yielded.get(run)} chunks, not ${chunks}`)
  }

  return {
    on: {
      yielded: ({ run, chunk }) => void yielded.set(run, chunk + 1),
      chunk: ({ ask, content }) => chunk(ask, content),
      left: ({ ask }) => void over.add(ask),
      settled({ ask, outcome }) {
        if (ask.mode === 'stream' && outcome.ok && !over.has(ask)) ended(ask, outcome.message?.content)
        over.add(ask)
      },
    },
  }
}

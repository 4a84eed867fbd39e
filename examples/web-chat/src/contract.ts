/** What this chat can say: shared by the page and the chat server. */

import { defineContract } from '@backchat/client'
import * as z from 'zod/mini'

const line = z.object({ who: z.enum(['you', 'bot']), text: z.string() })

/** One line of the conversation, as both sides remember it. */
export type Line = z.infer<typeof line>

export const chat = defineContract({
  /** What a person says; the answer streams back in pieces. */
  text: {
    content: z.object({ text: z.string() }),
    reply: z.object({ text: z.string() }),
    chunk: z.string(),
    by: 'client',
  },
  /** A new session begins with what the page remembers, so that a server that lost its memory has it back. */
  init: {
    content: z.object({ history: z.array(line) }),
    reply: z.object({ remembered: z.number(), model: z.string() }),
    by: 'client',
  },
  /** What the server announces. */
  system: { content: z.object({ notice: z.string() }), by: 'server' },
})

/** Who answers: the small bot, or a real model behind any OpenAI-compatible endpoint when the environment names one. */

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { streamText } from 'ai'
import { bot } from './bot.js'
import type { Line } from './contract.js'

export interface Model {
  readonly name: string
  readonly answer: (history: readonly Line[], text: string, signal: AbortSignal) => AsyncIterable<string>
}

export function chooseModel(environment: NodeJS.ProcessEnv): Model {
  const { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey, OPENAI_MODEL: modelId = 'gpt-4o-mini' } = environment
  if (!baseURL || !apiKey) return { name: 'the small bot', answer: bot }
  const model = createOpenAICompatible({ name: 'openai-compatible', baseURL, apiKey }).chatModel(modelId)
  return {
    name: modelId,
    async *answer(history, text, abortSignal) {
      const messages = [...history, { who: 'you' as const, text }].map((line) =>
        line.who === 'you'
          ? { role: 'user' as const, content: line.text }
          : { role: 'assistant' as const, content: line.text },
      )
      const failures: unknown[] = []
      const { textStream } = streamText({
        model,
        messages,
        abortSignal,
        onError: ({ error }) => void failures.push(error),
      })
      yield* textStream
      // The text stream ends quietly when the endpoint fails; an answer that stops in the middle must not look whole.
      if (failures.length > 0) throw failures[0]
    },
  }
}

import { expect, test } from 'vitest'
import { type MetricsOptions, metrics } from './metrics.js'
import { type RecoveryOptions, recovery } from './recovery.js'

test('an option of a plugin that does not exist is refused, and named beside those that do', () => {
  expect(() => metrics({ pathh: '/m' } as MetricsOptions)).toThrow("unknown field 'pathh'; there are registry, path.")
  const misspelt: [object, string][] = [
    [
      { retries: 3 },
      "The option of recovery() has an unknown field 'retries'; there are retry, breaker, fallback, types.",
    ],
    [{ retry: { attempt: 3 } }, "unknown field 'attempt'; there are attempts, delay."],
    [{ breaker: { fails: 3 } }, "unknown field 'fails'; there are failures, open."],
    [{ types: { text: { retrie: {} } } }, "unknown field 'retrie'; there are retry, breaker, fallback."],
    [{ types: { text: { retry: { delayMs: 1 } } } }, "unknown field 'delayMs'; there are attempts, delay."],
    [{ retry: true }, 'The option retry of recovery() is an object, not true.'],
  ]
  for (const [options, sentence] of misspelt) expect(() => recovery(options as RecoveryOptions)).toThrow(sentence)
  expect(() => recovery({ retry: false, breaker: false })).not.toThrow()
})

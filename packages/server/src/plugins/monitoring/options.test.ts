import { expect, test } from 'vitest'
import { type MonitoringOptions, monitoringSettings } from './options.js'

test('every rule is on, with limits of its own', () => {
  expect(monitoringSettings({})).toEqual({
    intervalMs: 5_000,
    notify: undefined,
    limits: {
      windowMs: 60_000,
      stuckHandlers: { afterMs: 30_000 },
      errorRate: { share: 0.1, least: 20 },
      eventLoopDelay: { ms: 200 },
      queueGrowth: { least: 100, samples: 3 },
      authFailures: { most: 20 },
    },
  })
})

test('limits are changed one by one, and rules switched off', () => {
  const { limits } = monitoringSettings({ errorRate: { share: 0.5 }, queueGrowth: false, window: 10_000 })
  expect(limits).toMatchObject({ windowMs: 10_000, errorRate: { share: 0.5, least: 20 }, queueGrowth: undefined })
  // A window is never shorter than the time between two looks.
  expect(monitoringSettings({ interval: 300_000 }).limits.windowMs).toBe(300_000)
  expect(monitoringSettings({ interval: 10 }).limits.windowMs).toBe(10_000)
})

test('what makes no sense is refused with a sentence that names it', () => {
  const refused: [MonitoringOptions, string][] = [
    [{ interval: 0 }, 'monitoring: interval is a number of milliseconds from 10 to 3600000, not 0.'],
    [{ interval: Number.NaN }, 'interval'],
    [{ window: 4_999 }, 'monitoring: window is a number of milliseconds from 5000'],
    [{ interval: 10, window: 10_001 }, 'monitoring: window is a number of milliseconds from 10 to 10000'],
    [{ stuckHandlers: { after: -1 } }, 'stuckHandlers.after'],
    [{ errorRate: { share: 1.5 } }, 'errorRate.share'],
    [{ errorRate: { least: 0 } }, 'errorRate.least'],
    [{ errorRate: { least: 1.5 } }, 'errorRate.least is a whole number'],
    [{ eventLoopDelay: { ms: Number.POSITIVE_INFINITY } }, 'eventLoopDelay.ms'],
    [{ queueGrowth: { samples: 0 } }, 'queueGrowth.samples'],
    [{ authFailures: { most: 0 } }, 'authFailures.most'],
    [{ intervall: 1 } as MonitoringOptions, "unknown field 'intervall'; there are interval"],
    [{ errorRate: { rate: 1 } } as MonitoringOptions, "option errorRate of monitoring() has an unknown field 'rate'"],
    [{ notify: 'https://example.com' as unknown as () => void }, 'notify is a function'],
    [{ authFailures: true as unknown as false }, 'option authFailures of monitoring() is an object'],
  ]
  for (const [options, sentence] of refused) expect(() => monitoringSettings(options), sentence).toThrow(sentence)
})

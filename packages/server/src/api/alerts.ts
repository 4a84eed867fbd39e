/** What the plugin `monitoring` tells. */

export type AlertRule = 'stuck-handlers' | 'error-rate' | 'event-loop-delay' | 'queue-growth' | 'auth-failures'

/** Something that an operator should look at, or need not look at any more. It is JSON, fit for a webhook. */
export interface Alert {
  readonly rule: AlertRule
  /** Each rule is raised once, then resolved once, and so on. */
  readonly state: 'raised' | 'resolved'
  /** One sentence for a person. */
  readonly message: string
  /** What was measured, in the unit of the limit. */
  readonly value: number
  /** What it was measured against. */
  readonly limit: number
  /** ISO 8601. */
  readonly at: string
}

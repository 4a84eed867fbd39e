/** Counts what happens, from what goes in and out of the machine: totals that only grow. */

import { closeCodes, type ErrorCode, type RefuseCode, type ServerFrame } from '@backchat/protocol'
import type { HandledReport, Totals } from '../api.js'
import type { Counts } from '../machine/counts.js'
import type { Input, LinkId } from '../machine/inputs.js'
import type { ShellEffect } from './machine-driver.js'

/** What went wrong on this side; what else goes wrong is the caller's doing, or was meant to happen. */
const failures: ReadonlySet<'ok' | ErrorCode> = new Set<ErrorCode>([
  'HANDLER_FAILED',
  'HANDLER_TIMEOUT',
  'OUTCOME_UNKNOWN',
  'REPLY_LOST',
  'TOO_LARGE',
])

export const wentWrong = (outcome: 'ok' | ErrorCode): boolean => failures.has(outcome)

export class Tally {
  readonly #counts: Counts
  readonly #connections = { new: 0, resumed: 0, lost: 0 }
  readonly #refusedLinks: { [code in RefuseCode]?: number } = {}
  readonly #ofHandled = { handled: 0, failed: 0, rateLimited: 0 }
  #heartbeatTimeouts = 0
  #authenticateFailed = 0
  /** Links that asked for a session by its epoch, and have not been answered. */
  readonly #returning = new Set<LinkId>()

  /** `counts` is what the machine counts itself. */
  constructor(counts: Counts) {
    this.#counts = counts
  }

  heard(input: Input): void {
    if (input.kind === 'received' && input.frame.kind === 'hello' && input.frame.epoch !== undefined)
      this.#returning.add(input.link)
    else if (input.kind === 'closed') this.#returning.delete(input.link)
    else if (input.kind === 'authenticateFailed') this.#authenticateFailed += 1
  }

  performed(effect: ShellEffect): void {
    if (effect.kind === 'transmit') this.#transmitted(effect.frame)
    else if (effect.kind === 'abandon') this.#abandoned(effect)
    else if (effect.kind === 'attached') this.#attached(effect)
  }

  handled({ outcome }: HandledReport): void {
    this.#ofHandled.handled += 1
    if (wentWrong(outcome)) this.#ofHandled.failed += 1
    if (outcome === 'RATE_LIMITED') this.#ofHandled.rateLimited += 1
  }

  totals(): Totals {
    return {
      ...this.#ofHandled,
      connections: { ...this.#connections },
      refusedLinks: { ...this.#refusedLinks },
      refusedRequests: Object.fromEntries(this.#counts.refused),
      duplicates: this.#counts.duplicates,
      heartbeatTimeouts: this.#heartbeatTimeouts,
      authFailures: {
        unauthorized: this.#refusedLinks.unauthorized ?? 0,
        notYours: this.#refusedLinks['not-yours'] ?? 0,
        error: this.#authenticateFailed,
      },
    }
  }

  #transmitted(frame: ServerFrame<unknown>): void {
    if (frame.kind === 'refuse') this.#refusedLinks[frame.code] = (this.#refusedLinks[frame.code] ?? 0) + 1
  }

  #abandoned({ link, code }: Extract<ShellEffect, { kind: 'abandon' }>): void {
    this.#returning.delete(link)
    if (code === closeCodes.silent) this.#heartbeatTimeouts += 1
  }

  #attached({ link, resumed }: Extract<ShellEffect, { kind: 'attached' }>): void {
    const askedForIt = this.#returning.delete(link)
    this.#connections[resumed ? 'resumed' : askedForIt ? 'lost' : 'new'] += 1
  }
}

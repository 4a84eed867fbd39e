/** Which part carries out which effect of the machine. */

import { unreachable } from '@backchat/protocol'
import type { Identity } from '../api.js'
import type { Authenticator } from '../handlers/auth.js'
import type { Effect } from '../machine/effects.js'
import type { Asks } from './asks.js'
import type { Links } from './links.js'
import type { ShellEffect } from './machine-driver.js'
import type { MessageProcessor } from './message-processor.js'
import type { Pushes } from './pushes.js'
import type { Reception } from './reception.js'

export interface Parts<User extends Identity, State extends object> {
  readonly links: Links
  readonly auth: Authenticator<User>
  readonly reception: Reception<User, State>
  readonly processor: MessageProcessor<User, State>
  readonly pushes: Pushes
  readonly asks: Asks
  readonly sessionEnded: (effect: Extract<Effect, { kind: 'ended' }>) => void
  readonly report: (effect: Extract<Effect, { kind: 'report' }>) => void
  readonly readyToClose: () => void
}

export const performer =
  <User extends Identity, State extends object>(parts: Parts<User, State>) =>
  (effect: ShellEffect): void => {
    switch (effect.kind) {
      case 'authenticate':
        return void parts.auth.authenticate(effect)
      case 'transmit':
        return parts.links.transmit(effect.link, effect.frame)
      case 'abandon':
        return parts.links.abandon(effect.link, effect.code, effect.reason)
      case 'run':
        return parts.processor.start(effect)
      case 'pull':
        return parts.processor.pull(effect)
      case 'abort':
        return parts.processor.abort(effect)
      case 'signal':
        return parts.processor.signal(effect)
      case 'authorized':
        return parts.reception.authorized(effect.link)
      case 'attached':
        return parts.reception.attached(effect)
      case 'detached':
        return parts.reception.detached(effect)
      case 'ended':
        return parts.sessionEnded(effect)
      case 'pushed':
        return parts.pushes.settle(effect)
      case 'answered':
        return parts.asks.settle(effect)
      case 'report':
        // Of its runs the processor tells itself, and knows what was thrown.
        return effect.run === undefined ? parts.report(effect) : undefined
      case 'ready to close':
        return parts.readyToClose()
      default:
        return unreachable(effect)
    }
  }

/** Where the server writes what happened: facts about messages, never their content, never a secret. One record is one line. */

import { pino } from 'pino'
import type { Logger } from './api.js'

export const standardLogger = (): Logger => pino({ name: 'backchat', level: 'info' })

/** The options of an inspector, judged when it is made. */

import type { InspectorOptions } from '../api.js'
import { inspectorSettings } from '../core/server-settings.js'
import { inWords, numberOf, onlyNames } from '../core/setting.js'

export interface Judged extends Omit<InspectorOptions, 'stuckAfter'> {
  readonly stuckAfterMs: number
}

/** @throws TypeError that names the option and says what it may be. */
export const inspectorOptions = (given: InspectorOptions): Judged => {
  onlyNames('option of the inspector', given, ['allow', 'challenge', 'path', 'stuckAfter'])
  const { allow, challenge, path, stuckAfter } = given
  if (typeof allow !== 'function')
    throw new TypeError(`The inspector needs allow, a function that says who may look, not ${inWords(allow)}.`)
  if (challenge !== undefined && !(typeof challenge === 'string' && /^[\x20-\x7e]+$/.test(challenge)))
    throw new TypeError(`challenge is what stands in the header WWW-Authenticate, not ${inWords(challenge)}.`)
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/') && !/[?#\s]/.test(path)))
    throw new TypeError(`path of the inspector begins with a slash and has no query, not ${inWords(path)}.`)
  return { allow, challenge, path, stuckAfterMs: numberOf(inspectorSettings.stuckAfter, stuckAfter) }
}

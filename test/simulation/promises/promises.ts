/** All that is promised, by name. */

import type { Scenario } from '../scenario.js'
import { bounds } from './bounds.js'
import { copiesOf } from './copies.js'
import { errorsOf } from './errors.js'
import { livenessOf } from './liveness.js'
import { oldLinks } from './old-links.js'
import type { Promised } from './promise.js'
import { pushes } from './pushes.js'
import { questionsOf } from './questions.js'
import { replies } from './replies.js'
import { resets } from './resets.js'
import { runsOnce } from './runs-once.js'
import { sends } from './sends.js'
import { settles } from './settles.js'
import { signalsOf } from './signals.js'
import { streams } from './streams.js'

export function promises(scenario: Scenario): readonly (readonly [promise: string, begin: Promised])[] {
  return [
    ['settles once, in time', settles],
    ['runs at most once', runsOnce],
    ['what is sent runs, in order', sends],
    ['replies are what a run returned', replies],
    ['errors are true', errorsOf(scenario)],
    ['pushes in order, without holes', pushes],
    ['streams are exact', streams],
    ['what clients are asked is handled once and answered', questionsOf(scenario)],
    ['handlers hear of the end of their session', signalsOf(scenario)],
    ['one reset for each new session', resets],
    ['of a client and its copy one goes on', copiesOf(scenario)],
    ['old links lead to nothing', oldLinks],
    ['bounded and honest reports', bounds],
    ['succeeds once all is well', livenessOf(scenario)],
  ]
}

/** The application's token, whichever way it is given. The machine gets one answer, whether the function throws, rejects or returns no token. */

import { inWords } from '@backchat/protocol'
import type { ClientOptions } from '../api/options.js'
import type { Input } from '../machine/inputs.js'

export function fetchToken(token: ClientOptions['token'], fetch: number, tell: (input: Input) => void): void {
  const failed = (thrown: unknown) => tell({ kind: 'tokenFailed', fetch, reason: inWords(thrown) })
  const fetched = (given: unknown) => {
    // Storages say null where there is none.
    const token = given ?? undefined
    if (token === undefined || typeof token === 'string') tell({ kind: 'tokenFetched', fetch, token })
    else failed(`it gave a ${typeof token}, not a string`)
  }
  if (typeof token !== 'function') return fetched(token)
  try {
    const given = token()
    // A promise, be it of this or another kind.
    if (typeof given === 'object' && given !== null) Promise.resolve(given).then(fetched, failed)
    else fetched(given)
  } catch (thrown) {
    failed(thrown)
  }
}

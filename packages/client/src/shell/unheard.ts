/** Errors that no listener takes are shown where the platform shows such things. Nothing stops because of them. */

import type { CodedError } from '@backchat/protocol'

/** Only errors of ours: the platform reads them later, when nobody could catch what a hostile one throws. */
export function showUnheard(error: CodedError): void {
  if (typeof reportError === 'function') reportError(error)
  else if (typeof process === 'object' && typeof process.emitWarning === 'function') process.emitWarning(error)
  // biome-ignore lint/suspicious/noConsole: there is no other place here.
  else console.error(error)
}

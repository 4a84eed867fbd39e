/** Several frames in one text, a line for each [P-2]. */

import { isLongerThan } from './json.js'
import { limits } from './limits.js'

/** Whether a frame may go into the same text. A character takes at most three bytes. */
export const fitsInto = (text: string, frame: string): boolean =>
  (text.length + 1 + frame.length) * 3 <= limits.bundleBytes

/** The frames of a text. One with several that is too large is garbled: it is given as a line that is no frame. */
export function linesOf(text: string): readonly string[] {
  if (!text.includes('\n')) return [text]
  return isLongerThan(text, limits.bundleBytes) ? [''] : text.split('\n')
}

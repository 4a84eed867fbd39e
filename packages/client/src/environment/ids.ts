/** Names that nobody can guess, from the platform's random bits. */

import { type Ids, messageIds } from '@backchat/protocol'
import { nanoid, urlAlphabet } from 'nanoid'

export const platformIds: Ids = {
  id: () => nanoid(),
  message: messageIds((bytes) => crypto.getRandomValues(bytes), urlAlphabet),
  // Each character carries 6 bits: at least 128 of them, and 256.
  client: () => nanoid(22),
  secret: () => nanoid(43),
}

/** Names that nobody can guess, from the platform's random bits. */

import type { Ids } from '@backchat/protocol'
import { nanoid } from 'nanoid'

export const platformIds: Ids = {
  id: () => nanoid(),
  client: () => randomText(16),
  secret: () => randomText(32),
}

/** That many random bytes in base64url. */
function randomText(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes))
  return btoa(String.fromCharCode(...random))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

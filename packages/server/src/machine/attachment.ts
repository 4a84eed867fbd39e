/** A session on its link. One attempt is one link, so an attachment never changes: it ends, and a newer one may follow. */

import type { Fence } from '../store/operations.js'
import type { LinkId } from './inputs.js'

export interface Attachment {
  readonly link: LinkId
  readonly user: string
  /** Names the session, and proves to the store that this is its current link. */
  readonly fence: Fence
}

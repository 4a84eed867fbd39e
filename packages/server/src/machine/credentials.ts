/** Until when the token of each link is good, and how another one takes its place on the living link [P-34]. */

import { closeCodes, Deadlines } from '@backchat/protocol'
import type { Attachment } from './attachment.js'
import type { Drop } from './drop.js'
import type { LinkId } from './inputs.js'
import { refuse } from './refusal.js'
import type { Turn } from './turn.js'

interface Credential {
  readonly attachment: Attachment
  readonly client: string
  /** Infinity: it does not end. */
  endsAt: number
  /** Another token is with the application. */
  judging: boolean
}

/** A link whose token has ended is kept for so long, that another may come. */
const graceMs = 10_000

export class Credentials {
  /** False: everybody is a guest, and tokens mean nothing. */
  readonly #authenticates: boolean
  readonly #drop: Drop
  readonly #links = new Map<LinkId, Credential>()
  /** When links go whose token has ended. */
  readonly #deadlines = new Deadlines()

  constructor(authenticates: boolean, drop: Drop) {
    this.#authenticates = authenticates
    this.#drop = drop
  }

  wakeAt(): number {
    return this.#deadlines.next
  }

  /** Whether requests that are new may run for this link. */
  isGood(link: LinkId, now: number): boolean {
    return now < (this.#links.get(link)?.endsAt ?? Number.POSITIVE_INFINITY)
  }

  has(link: LinkId): boolean {
    return this.#links.has(link)
  }

  attached(attachment: Attachment, client: string, endsAt: number): void {
    if (!this.#authenticates) return
    this.#links.set(attachment.link, { attachment, client, endsAt, judging: false })
    this.#deadlines.set(attachment.link, endsAt + graceMs)
  }

  left({ link }: Attachment): void {
    this.#links.delete(link)
    this.#deadlines.clear(link)
  }

  /** The client offers another token. */
  offered(link: LinkId, token: string, turn: Turn): void {
    if (!this.#authenticates) return turn.transmit(link, { kind: 'authorized' })
    const credential = this.#links.get(link)
    if (credential === undefined) return
    if (credential.judging) return this.#drop(link, closeCodes.protocolError, 'One token is judged at a time.', turn)
    credential.judging = true
    turn.perform({ kind: 'authenticate', link, token, client: credential.client })
  }

  /** The application has judged it: null, or another user, is a refusal. */
  judged(link: LinkId, user: string | null, endsAt: number, turn: Turn): void {
    const credential = this.#links.get(link)
    if (credential?.judging !== true) return
    credential.judging = false
    if (user !== credential.attachment.user) return this.#refuse(link, turn)
    credential.endsAt = endsAt
    this.#deadlines.set(link, endsAt + graceMs)
    turn.perform({ kind: 'authorized', link })
    turn.transmit(link, { kind: 'authorized', ...expiry(endsAt, turn.now) })
  }

  /** It could not be judged: the client will offer one again, until the grace is over. */
  unjudged(link: LinkId): void {
    const credential = this.#links.get(link)
    if (credential !== undefined) credential.judging = false
  }

  wake(turn: Turn): void {
    for (const link of this.#deadlines.due(turn.now)) this.#refuse(link, turn)
  }

  #refuse(link: LinkId, turn: Turn): void {
    if (!this.#links.has(link)) return
    refuse(turn, link, 'unauthorized')
    this.#drop(link, closeCodes.unauthorized, 'The token was refused.', turn)
  }
}

/** As frames tell it. */
export const expiry = (endsAt: number, now: number): { readonly expiresInMs?: number } =>
  endsAt === Number.POSITIVE_INFINITY ? {} : { expiresInMs: Math.max(0, endsAt - now) }

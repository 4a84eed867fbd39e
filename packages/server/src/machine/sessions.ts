/** The sessions whose links are on this node: attached → leaving → gone. Those without a link live in the store alone [P-30, P-31]. */

import { closeCodes, type RefuseCode } from '@backchat/protocol'
import type { EndedSession, GreetOperation } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import type { Newcomer } from './greeting.js'
import type { LinkId } from './inputs.js'
import { refuse } from './refusal.js'
import type { Turn } from './turn.js'

interface Session {
  readonly attachment: Attachment
  readonly client: string
  readonly page: string
  /** It said bye, and the store is being told. */
  leaving: boolean
}

/** What of a hello tells its link from all others. */
type Hello = Pick<GreetOperation, 'client' | 'attempt' | 'page'>

export interface SessionsOptions {
  readonly attached: (attachment: Attachment, newcomer: Newcomer, turn: Turn) => void
  /** The link of this attachment counts no more. */
  readonly left: (attachment: Attachment, turn: Turn) => void
  /** Nothing of this session is wanted any more. */
  readonly over: (session: string, turn: Turn) => void
}

export class Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<string, Session>()
  readonly #links = new Map<LinkId, Session>()
  /** What the store has not said that it knows: until it does, it would keep a session whose link has ended. */
  readonly #untold = new Set<(turn: Turn) => void>()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** How many links are attached. */
  get links(): number {
    return this.#links.size
  }

  /** Links that are attached. */
  all(): readonly LinkId[] {
    return [...this.#links.keys()]
  }

  /** The attachment of a link from which frames count. */
  attachmentOf(link: LinkId): Attachment | undefined {
    const session = this.#links.get(link)
    return session?.leaving === false ? session.attachment : undefined
  }

  /** The store moved a session to a newer attempt. Its older link ends here, even if the newer one has gone meanwhile. */
  greeted(link: LinkId | undefined, newcomer: Newcomer, turn: Turn): void {
    const { user, hello, greeted } = newcomer
    for (const session of greeted.over) this.over(session, turn)
    const fence = { session: greeted.session, epoch: greeted.epoch, attempt: hello.attempt }
    this.superseded(fence.session, fence.attempt, turn)
    if (link === undefined) return this.detach(user, hello, turn) // [P-11]
    const { client, page } = hello
    const session: Session = { attachment: { link, user, fence }, client, page, leaving: false }
    this.#sessions.set(fence.session, session)
    this.#links.set(link, session)
    this.#options.attached(session.attachment, newcomer, turn)
  }

  /** A newer link has the session, here or elsewhere. */
  superseded(id: string, attempt: number, turn: Turn): void {
    const session = this.#sessions.get(id)
    if (session === undefined || session.attachment.fence.attempt >= attempt) return
    refuse(turn, session.attachment.link, 'superseded')
    this.#leave(session, 'A newer link took over.', turn)
  }

  /** The socket has gone. */
  closed(link: LinkId, turn: Turn): void {
    this.#lose(link, 'The link was lost.', turn)
  }

  /** Ends the link, and keeps the session. */
  drop(link: LinkId, code: number, reason: string, turn: Turn): void {
    if (!this.#links.has(link)) return
    turn.abandon(link, code, reason)
    this.#lose(link, reason, turn)
  }

  dropAll(code: number, reason: string, turn: Turn): void {
    for (const link of this.all()) this.drop(link, code, reason, turn)
  }

  /** The client leaves for good [P-30]. */
  bye(attachment: Attachment, turn: Turn): void {
    this.#endFor(attachment, closeCodes.normal, 'The client said bye.', turn)
  }

  /** What the store has of it cannot be gone on with: the client comes again, and begins anew [P-23]. */
  discard(attachment: Attachment, reason: string, turn: Turn): void {
    this.#endFor(attachment, closeCodes.internalError, reason, turn)
  }

  #endFor({ link, fence }: Attachment, code: number, reason: string, turn: Turn): void {
    const session = this.#links.get(link)
    if (session === undefined || session.leaving) return
    session.leaving = true
    this.#untilTold(turn, (turn, told) =>
      turn.ask({ op: 'end', fence }, ({ status }, turn) => {
        if (status === 'failed') return this.drop(link, closeCodes.internalError, 'The store is out of reach.', turn)
        told()
        if (status === 'fenced') this.drop(link, closeCodes.superseded, 'A newer link took over.', turn)
        else this.#hasEnded(session, code, reason, turn)
      }),
    )
  }

  /** The store ended a session: its time ran out, there had to be room for another, or its user was logged out. */
  over(ended: EndedSession, turn: Turn, code: RefuseCode = 'superseded'): void {
    const session = this.#sessions.get(ended.session)
    if (session !== undefined) {
      refuse(turn, session.attachment.link, code)
      this.#leave(session, 'The session is over.', turn)
    }
    this.#end(ended, turn)
  }

  /** The link of that hello is not here, whatever the store believes. */
  detach(user: string, { client, attempt, page }: Hello, turn: Turn): void {
    this.#untilTold(turn, (turn, told) =>
      turn.ask({ op: 'detach', user, client, attempt, page }, ({ status }) => {
        if (status !== 'failed') told()
      }),
    )
  }

  /** Tells the store again what it did not hear. */
  retell(turn: Turn): void {
    if (this.#untold.size > 0) for (const tell of [...this.#untold]) tell(turn)
  }

  /** Tells the store now, and again each time that the lease is renewed, until it has answered. */
  #untilTold(turn: Turn, tell: (turn: Turn, told: () => void) => void): void {
    const again = (turn: Turn) => tell(turn, () => this.#untold.delete(again))
    this.#untold.add(again)
    again(turn)
  }

  #lose(link: LinkId, reason: string, turn: Turn): void {
    const session = this.#links.get(link)
    if (session === undefined) return
    this.#leave(session, reason, turn)
    const { client, page } = session
    const { user, fence } = session.attachment
    this.detach(user, { client, attempt: fence.attempt, page }, turn)
  }

  #leave({ attachment }: Session, reason: string, turn: Turn): void {
    const { link, fence } = attachment
    this.#links.delete(link)
    this.#sessions.delete(fence.session)
    turn.perform({ kind: 'detached', link, session: fence.session, reason })
    this.#options.left(attachment, turn)
  }

  #hasEnded(session: Session, code: number, reason: string, turn: Turn): void {
    const { link, user, fence } = session.attachment
    if (this.#links.get(link) === session) {
      turn.abandon(link, code, reason)
      this.#leave(session, reason, turn)
    }
    this.#end({ session: fence.session, user }, turn)
  }

  #end({ session, user }: EndedSession, turn: Turn): void {
    this.#options.over(session, turn)
    turn.perform({ kind: 'ended', session, user })
  }
}

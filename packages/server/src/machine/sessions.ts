/** The sessions that this node greeted: attached to a link → leaving or detached → over [P-30, P-31]. */

import { closeCodes, Deadlines } from '@backchat/protocol'
import type { EndedSession, Fence } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import type { Newcomer } from './greeting.js'
import type { LinkId } from './inputs.js'
import { refuse } from './refusal.js'
import type { Turn } from './turn.js'

interface Session {
  readonly user: string
  readonly fence: Fence
  place: Place
}

type Place =
  | { readonly state: 'attached'; readonly attachment: Attachment }
  /** It said bye, and the store is being told. */
  | { readonly state: 'leaving'; readonly attachment: Attachment }
  | { readonly state: 'detached' }

export interface SessionsOptions {
  readonly sessionTtlMs: number
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
  readonly #deadlines = new Deadlines<string>()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** How many links are attached. */
  get links(): number {
    return this.#links.size
  }

  wakeAt(): number {
    return this.#deadlines.next
  }

  /** The attachment of a link from which frames count. */
  attachmentOf(link: LinkId): Attachment | undefined {
    const place = this.#links.get(link)?.place
    return place?.state === 'attached' ? place.attachment : undefined
  }

  /** The store moved a session to a newer attempt. Its older link ends here, even if the newer one has gone meanwhile. */
  greeted(link: LinkId | undefined, newcomer: Newcomer, turn: Turn): void {
    const { user, hello, greeted } = newcomer
    for (const session of greeted.over) this.#over(session, turn)
    const fence = { session: greeted.session, epoch: greeted.epoch, attempt: hello.attempt }
    this.#supersede(fence.session, turn)
    const session: Session = { user, fence, place: { state: 'detached' } }
    this.#sessions.set(fence.session, session)
    if (link === undefined)
      this.#detach(session, turn) // [P-11]
    else this.#attach(session, { link, user, fence }, newcomer, turn)
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
    for (const link of [...this.#links.keys()]) this.drop(link, code, reason, turn)
  }

  /** The client leaves for good [P-30]. */
  bye({ link, fence }: Attachment, turn: Turn): void {
    const session = this.#links.get(link)
    if (session?.place.state !== 'attached') return
    session.place = { ...session.place, state: 'leaving' }
    turn.ask({ op: 'end', fence }, ({ status }, turn) => {
      if (status === 'ok' || status === 'gone') this.#end(session, turn)
      else if (status === 'fenced') this.drop(link, closeCodes.superseded, 'A newer link took over.', turn)
      else this.drop(link, closeCodes.internalError, 'The store is out of reach.', turn)
    })
  }

  /** Ends sessions whose client has not come back in time [P-31]. */
  wake(turn: Turn): void {
    for (const id of this.#deadlines.due(turn.now)) {
      const session = this.#sessions.get(id)
      if (session?.place.state === 'detached') this.#expire(session, turn)
    }
  }

  #attach(session: Session, attachment: Attachment, newcomer: Newcomer, turn: Turn): void {
    session.place = { state: 'attached', attachment }
    this.#links.set(attachment.link, session)
    this.#deadlines.clear(session.fence.session)
    this.#options.attached(attachment, newcomer, turn)
  }

  #supersede(id: string, turn: Turn): void {
    const place = this.#sessions.get(id)?.place
    if (place === undefined || place.state === 'detached') return
    refuse(turn, place.attachment.link, 'superseded')
    this.#leave(place.attachment, 'A newer link took over.', turn)
  }

  #lose(link: LinkId, reason: string, turn: Turn): void {
    const session = this.#links.get(link)
    if (session === undefined || session.place.state === 'detached') return
    const { attachment } = session.place
    session.place = { state: 'detached' }
    this.#leave(attachment, reason, turn)
    this.#detach(session, turn)
  }

  #leave(attachment: Attachment, reason: string, turn: Turn): void {
    this.#links.delete(attachment.link)
    turn.perform({ kind: 'detached', link: attachment.link, session: attachment.fence.session, reason })
    this.#options.left(attachment, turn)
  }

  /** Whether the store hears of it decides nothing: what ends the session is the attempt, and that is still ours. */
  #detach({ fence }: Session, turn: Turn): void {
    turn.ask({ op: 'detach', fence }, () => {})
    this.#deadlines.set(fence.session, turn.now + this.#options.sessionTtlMs)
  }

  #expire(session: Session, turn: Turn): void {
    const { fence } = session
    turn.ask({ op: 'end', fence }, ({ status }, turn) => {
      if (this.#sessions.get(fence.session) !== session) return
      // Gone: an earlier try did end it, and nobody could say so.
      if (status === 'ok' || status === 'gone') this.#end(session, turn)
      else if (status === 'failed') this.#deadlines.set(fence.session, turn.now + this.#options.sessionTtlMs)
      // It lives on elsewhere.
      else this.#sessions.delete(fence.session)
    })
  }

  #end(session: Session, turn: Turn): void {
    if (session.place.state !== 'detached') {
      const { attachment } = session.place
      turn.abandon(attachment.link, closeCodes.normal, 'The client said bye.')
      this.#leave(attachment, 'The client said bye.', turn)
    }
    this.#forget({ session: session.fence.session, user: session.user }, turn)
  }

  /** The store ended a session to make room for another. */
  #over(ended: EndedSession, turn: Turn): void {
    this.#supersede(ended.session, turn)
    this.#forget(ended, turn)
  }

  #forget({ session, user }: EndedSession, turn: Turn): void {
    this.#sessions.delete(session)
    this.#deadlines.clear(session)
    this.#options.over(session, turn)
    turn.perform({ kind: 'ended', session, user })
  }
}

/** Whether this process is asked for more than it can do: how late it is woken tells, and a part of what is new is turned away for it [P-37]. */

/** How often it wants to be woken while somebody asks. What it is late by is what everybody had to wait for the event loop. */
const pulseMs = 20
/** From one pulse to the next the part that is let in grows by so much, and shrinks by no more than this. */
const growth = 1.03
const shrinkage = 0.8
/** Whoever has been in time for such a part of how late it was before is not late again for the same reason. */
const moment = 1 / 4
/** So many times as late as is too late, and busy all the while: that is no pause, though it was not late before. */
const busy = 3
/** What was found out at a pulse counts so much at the next. */
const memory = 0.95
/** One in so many is let in however late it is: otherwise nobody would find out when it is over. */
const least = 1 / 64
/** Who is turned away is to come again so much later, and the later the fewer are let in: each attempt costs time that others need. */
const retryMs = 1_500
const mostRetryMs = 10_000
/** With less time than that left, coming again would end in a timeout, which says less than a refusal. */
const leastLeftMs = retryMs

export class Strain {
  readonly #mostMs: number
  /** When it wants to be woken. */
  #dueAt = Number.POSITIVE_INFINITY
  /** How many asked since the last pulse. */
  #asked = 0
  /** Of these how many were let in, and how many were turned away because what was let in already was enough. */
  #letIn = 0
  #cut = 0
  /** When something was done last, and the longest that nothing was while the pulse was overdue: a pause, if there was one. */
  #activeAt = 0
  #pauseMs = 0
  /** By how much it was too late without a pause, and how many were let in: what one of them takes, now or when it has waited for something. The older, the less it counts. */
  #busyMs = 0
  #served = 0
  /** How late the last pulse was that was too late, and for how long they have been in time since. */
  #lateMs = 0
  #inTimeMs = 0
  /** Which part of what is new is let in. */
  #share = 1
  /** Grows by the share with each that is new, and a whole one is let in: at even distances, whoever sent them. */
  #claim = 0

  /** `mostMs`: later than that is too late. */
  constructor(mostMs: number) {
    this.#mostMs = mostMs
  }

  wakeAt(): number {
    return this.#dueAt
  }

  /** The timer fired. Whoever comes before it finds the pulse overdue and leaves it: only the timer has waited its turn. */
  woke(now: number): void {
    if (now < this.#dueAt) return
    this.#judge(now - this.#dueAt)
    const isOfInterest = this.#asked > 0 || this.#isSuspect || this.#share < 1
    this.#dueAt = isOfInterest ? now + pulseMs : Number.POSITIVE_INFINITY
    this.#pauseMs = this.#asked = this.#letIn = this.#cut = 0
    if (!isOfInterest) this.#busyMs = this.#served = 0
  }

  /** Something is done, whatever it is. */
  active(now: number): void {
    if (now > this.#dueAt) this.#pauseMs = Math.max(this.#pauseMs, now - Math.max(this.#activeAt, this.#dueAt))
    this.#activeAt = now
  }

  /** Whether another new request is let in. */
  letsIn(now: number): boolean {
    if (this.#mostMs === Number.POSITIVE_INFINITY) return true
    this.#asked += 1
    if (this.#dueAt === Number.POSITIVE_INFINITY) this.#dueAt = now + pulseMs
    if (this.#foreseenMs(now) > this.#mostMs * (this.#share < 1 || this.#isSuspect ? 1 : busy)) {
      this.#cut += 1
      return false
    }
    this.#claim += this.#share
    if (this.#claim < 1) return false
    this.#claim -= 1
    this.#letIn += 1
    return true
  }

  /** When who has `leftMs` left and is turned away is to come again, or that it need not. Jitter is added by the client [P-18]. */
  retryAfterMs(leftMs: number): number {
    const afterMs = Math.round(Math.min(retryMs / this.#share, mostRetryMs))
    return leftMs - afterMs < leastLeftMs ? Math.max(afterMs, Math.ceil(leftMs)) : afterMs
  }

  /** What the timer will say is known before it can say it; and of those that were let in, what they will have taken. */
  #foreseenMs(now: number): number {
    const lateMs = now - this.#dueAt - this.#pauseMs
    return this.#served < 1 ? lateMs : Math.max(lateMs, (this.#letIn * this.#busyMs) / this.#served)
  }

  /**
   * It was late a moment ago. Late now and then are a collection of garbage, a computer that slept, and a processor that others took: turning
   * anybody away would not help. What is too much leaves no time in between.
   */
  get #isSuspect(): boolean {
    return this.#inTimeMs < this.#lateMs * moment
  }

  #judge(lateMs: number): void {
    const isLate = lateMs > this.#mostMs
    // In time it may be busy with anything, and turns nobody away for that.
    this.#busyMs = this.#busyMs * memory + (isLate ? lateMs - this.#pauseMs : 0)
    this.#served = this.#served * memory + this.#letIn
    if (this.#cut > 0) this.#shrink(1 - this.#cut / this.#asked)
    else if (isLate && this.#isSuspect) this.#shrink(this.#mostMs / lateMs)
    else if (!isLate) this.#share = Math.min(1, this.#share * growth)
    this.#inTimeMs = isLate ? 0 : this.#inTimeMs + pulseMs + lateMs
    if (isLate) this.#lateMs = lateMs
  }

  #shrink(part: number): void {
    this.#share = Math.max(least, this.#share * Math.max(shrinkage, part))
  }
}

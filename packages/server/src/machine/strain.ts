/** Whether this process is asked for more than it can do: how late it is woken tells, and a part of what is new is turned away for it [P-37]. */

/** How often it wants to be woken while somebody asks. What it is late by is what everybody had to wait for the event loop. */
const pulseMs = 20
/** From one pulse to the next the part that is let in grows by so much, and shrinks by no more than that. */
const growth = 1.03
const shrinkage = 0.5
/** Whoever has been in time for such a part of how late it was before is not late again for the same reason. */
const moment = 1 / 4
/** So many times as late as is too late, and busy all the while: that is no pause, though it was not late before. */
const busy = 3
/** One in so many is let in however late it is: otherwise nobody would find out when it is over. */
const least = 1 / 64
/** Who is turned away is to come again so much later, and the later the fewer are let in: each attempt costs time that others need. */
const retryMs = 1_500
const mostRetryMs = 10_000
/** With less time than that left, coming again would end in a timeout, which says less than a refusal. */
const leastLeftMs = 1_000

export class Strain {
  readonly #mostMs: number
  /** When it wants to be woken. */
  #dueAt = Number.POSITIVE_INFINITY
  /** Somebody asked since the last pulse. */
  #asked = false
  /** When somebody asked last, and the longest that nobody did while the pulse was overdue: a pause, if there was one. */
  #askedAt = 0
  #pauseMs = 0
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
    const isOfInterest = this.#asked || this.#isSuspect || this.#share < 1
    this.#dueAt = isOfInterest ? now + pulseMs : Number.POSITIVE_INFINITY
    this.#asked = false
    this.#pauseMs = 0
  }

  /** Whether another new request is let in. */
  letsIn(now: number): boolean {
    if (this.#mostMs === Number.POSITIVE_INFINITY) return true
    this.#asked = true
    if (this.#dueAt === Number.POSITIVE_INFINITY) this.#dueAt = now + pulseMs
    if (this.#isTooLate(now - this.#dueAt, now)) return false
    this.#claim += this.#share
    if (this.#claim < 1) return false
    this.#claim -= 1
    return true
  }

  /** When who has `leftMs` left and is turned away is to come again, or that it need not. Jitter is added by the client [P-18]. */
  retryAfterMs(leftMs: number): number {
    const afterMs = Math.round(Math.min(retryMs / this.#share, mostRetryMs))
    return leftMs - afterMs < leastLeftMs ? Math.max(afterMs, Math.ceil(leftMs)) : afterMs
  }

  /** What the timer will say is known before it can say it. */
  #isTooLate(lateMs: number, now: number): boolean {
    this.#pauseMs = Math.max(this.#pauseMs, Math.min(lateMs, now - this.#askedAt))
    this.#askedAt = now
    const times = this.#share < 1 || this.#isSuspect ? 1 : busy
    return lateMs - this.#pauseMs > this.#mostMs * times
  }

  /**
   * It was late a moment ago. Late now and then are a collection of garbage, a computer that slept, and a processor that others took: turning
   * anybody away would not help. What is too much leaves no time in between.
   */
  get #isSuspect(): boolean {
    return this.#inTimeMs < this.#lateMs * moment
  }

  #judge(lateMs: number): void {
    if (lateMs <= this.#mostMs) {
      this.#inTimeMs += pulseMs + lateMs
      this.#share = Math.min(1, this.#share * growth)
      return
    }
    if (this.#isSuspect) this.#share = Math.max(least, this.#share * Math.max(shrinkage, this.#mostMs / lateMs))
    this.#lateMs = lateMs
    this.#inTimeMs = 0
  }
}

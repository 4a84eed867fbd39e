/** When the server is told what we have: at once when it is much, else when the first of it has waited long enough [P-22]. */

/** So many settled requests and delivered pushes do not wait for company. */
const many = 32

export class Confirmations {
  #owed = 0
  #dueAt = Infinity

  /** One more fact that the server does not know yet; it waits at most so long for others. */
  owe(withinMs: number, now: number): void {
    this.#owed += 1
    this.#dueAt = Math.min(this.#dueAt, this.#owed >= many ? now : now + withinMs)
  }

  /** All is told. */
  told(): void {
    this.#owed = 0
    this.#dueAt = Infinity
  }

  wakeAt(): number {
    return this.#dueAt
  }
}

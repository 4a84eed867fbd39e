/** Which number is expected next, of a peer that numbers what it sends without holes [P-19] [P-23]. */
export class Inbox {
  #last: number

  /** `last` is the number before the first one expected: pushes are numbered from 1, chunks from 0. */
  constructor(last = 0) {
    this.#last = last
  }

  /** The last number taken in. */
  get last(): number {
    return this.#last
  }

  /**
   * Takes in a number, or a whole range when the peer says that it is gone [P-24].
   * `next`: it moved us forward. `old`: we had it, ignore it. `jump`: something before it is missing, nothing was taken in.
   */
  receive(from: number, to = from): 'next' | 'old' | 'jump' {
    if (to <= this.#last) return 'old'
    if (from > this.#last + 1) return 'jump'
    this.#last = to
    return 'next'
  }
}

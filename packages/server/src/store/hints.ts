/** Tells listeners who has found a note. */

import type { Owner } from './operations.js'

type Hinted = (owner: Owner) => void

export class Hints {
  readonly #listeners = new Set<Hinted>()

  listen(hinted: Hinted): () => void {
    // The same function may listen twice.
    const listener: Hinted = (owner) => hinted(owner)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(owners: Iterable<Owner>): void {
    for (const owner of owners) for (const listener of this.#listeners) tellOne(listener, owner)
  }
}

const tellOne = (listener: Hinted, owner: Owner): void => {
  try {
    listener(owner)
  } catch {
    // The batch is done and its results are on their way; a hint may be lost.
  }
}

/** Whether a client's turn is about a frame that it was given, or about something else. */

import type { Ears } from './audience.js'
import type { Links } from './links.js'

/** A frame that a client was given. The turn may give its link up before it takes anything; then it was for nothing [P-6] [P-28]. */
export interface Given {
  readonly client: number
  readonly link: number
  /** Whether its link was the current one then. */
  readonly isCurrent: boolean
}

export class Turns {
  readonly #links: Links
  #given: Given | undefined

  constructor(links: Links) {
    this.#links = links
  }

  /** What the newest turn is about; undefined when that is no frame. Who wants one kind of frame alone hears of it before. */
  get given(): Given | undefined {
    return this.#given
  }

  readonly #isAboutOther = () => {
    this.#given = undefined
  }

  readonly on: Ears = {
    heard: ({ client, link }) => {
      this.#given = { client, link, isCurrent: this.#links.isCurrent(client, link) }
    },
    // What begins another turn of a client.
    asked: this.#isAboutOther,
    'gave up': this.#isAboutOther,
    left: this.#isAboutOther,
    took: this.#isAboutOther,
    opened: this.#isAboutOther,
    lost: this.#isAboutOther,
    woke: this.#isAboutOther,
    noticed: this.#isAboutOther,
    fetched: this.#isAboutOther,
    listened: this.#isAboutOther,
    reauthenticated: this.#isAboutOther,
    due: this.#isAboutOther,
    closed: this.#isAboutOther,
  }
}

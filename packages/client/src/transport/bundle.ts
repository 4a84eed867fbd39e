/**
 * Lets the frames of one turn leave in one text [P-2]. To hand over a text costs more than the rest of a request: a system call in Node, a message to
 * another process in browsers.
 */

import { fitsInto } from '@backchat/protocol'

export class Bundle {
  readonly #write: (text: string) => void
  #text = ''

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** It leaves with all that is added before the first microtask that is queued from here on, or when the text is full. */
  add(frame: string): void {
    if (this.#text === '') queueMicrotask(this.release)
    else if (fitsInto(this.#text, frame)) {
      this.#text += `\n${frame}`
      return
    } else this.#write(this.#text)
    this.#text = frame
  }

  readonly release = (): void => {
    const text = this.#text
    this.#text = ''
    if (text !== '') this.#write(text)
  }
}

/**
 * Lets the frames of one turn leave in one text, a line for each [P-2]. To hand over a text costs more than the rest of a request: a system call in Node, a message to
 * another process in browsers.
 */

import { limits } from '@backchat/protocol'

export class Bundle {
  readonly #write: (text: string) => void
  #text = ''

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** In characters. */
  get length(): number {
    return this.#text.length
  }

  /** It leaves with all that is added until the turn's last continuation has run, or when the text is full. */
  add(frame: string): void {
    if (this.#text === '') queueMicrotask(this.release)
    else if (this.#text.length + frame.length < limits.bundleLength) {
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

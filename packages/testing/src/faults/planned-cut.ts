/** A cut that waits for its frame: the link goes exactly before a frame that matches. */

import type { CutHow, CutSide, Direction } from './faults.js'

/** What a frame is looked through for: a piece of its text, a pattern, or a judgement of your own. */
export type FrameMatch = string | RegExp | ((text: string) => boolean)

export interface PlannedCutOptions {
  /** Which frames are looked at. Default `down`: what the server sends. */
  readonly direction?: Direction
  /** Default `both`. */
  readonly side?: CutSide
  /** Default `rst`. */
  readonly how?: CutHow
  /** Matching frames let pass first. Default 0. */
  readonly skip?: number
}

/** What `cutBefore` hands back. It acts once. */
export interface PlannedCut {
  /** Whether it still waits for its frame. */
  readonly pending: boolean
  /** The text of the frame that did not pass; undefined when it was called off, or the proxy closed. Never rejects. */
  readonly done: Promise<string | undefined>
  /** Calls it off. Harmless when it has happened. */
  cancel(): void
}

export class CutPlan implements PlannedCut {
  readonly side: CutSide
  readonly how: CutHow
  readonly direction: Direction
  readonly done: Promise<string | undefined>
  readonly #match: FrameMatch
  #skip: number
  #settle: ((text: string | undefined) => void) | undefined

  constructor(match: FrameMatch, { direction = 'down', side = 'both', how = 'rst', skip = 0 }: PlannedCutOptions) {
    this.#match = match
    this.#skip = skip
    this.direction = direction
    this.side = side
    this.how = how
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get pending(): boolean {
    return this.#settle !== undefined
  }

  cancel(): void {
    this.#end(undefined)
  }

  /** Whether it acts before this frame. */
  meets(direction: Direction, text: string): boolean {
    if (!this.pending || direction !== this.direction || !matches(this.#match, text)) return false
    this.#skip -= 1
    if (this.#skip >= 0) return false
    this.#end(text)
    return true
  }

  #end(text: string | undefined): void {
    this.#settle?.(text)
    this.#settle = undefined
  }
}

function matches(match: FrameMatch, text: string): boolean {
  if (typeof match === 'string') return text.includes(match)
  if (typeof match === 'function') return match(text)
  return text.search(match) >= 0
}

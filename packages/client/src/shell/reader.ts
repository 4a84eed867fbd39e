/** The chunks of a stream, for its one reader: in order, then the end, or the error that ended it. */

/** What the reader does that others should know. */
export interface ReaderEvents {
  /** It took all chunks below `next`. */
  took(next: number): void
  /** It stopped by itself: with `break`, `return` or a throw. */
  stopped(): void
}

interface Waiting {
  readonly resolve: (result: IteratorResult<unknown, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** A reader that has more before it does not tell of each chunk that it takes. */
const toldEvery = 32

const done = { done: true, value: undefined } as const

export class Reader implements AsyncIterator<unknown, undefined> {
  readonly #events: ReaderEvents
  readonly #chunks: unknown[] = []
  /** Calls of `next` for chunks that have not come. */
  readonly #waiting: Waiting[] = []
  #taken = 0
  #told = 0
  #end: { readonly error?: unknown } | undefined

  constructor(events: ReaderEvents) {
    this.#events = events
  }

  /** How many chunks wait for the reader. */
  get size(): number {
    return this.#chunks.length
  }

  push(chunk: unknown): void {
    if (this.#end !== undefined) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#chunks.push(chunk)
    else waiting.resolve(this.#take(chunk))
  }

  /** No more will come. What has come can still be read, and after it the error, once. */
  end(end: { readonly error?: unknown } = {}): void {
    if (this.#end !== undefined) return
    this.#end = end
    for (const waiting of this.#waiting.splice(0)) this.next().then(waiting.resolve, waiting.reject)
  }

  /** What has come is not wanted any more. */
  drop(): void {
    this.#chunks.splice(0)
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#chunks.length > 0) return Promise.resolve(this.#take(this.#chunks.shift()))
    if (this.#end === undefined) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    const end = this.#end
    this.#end = {}
    return 'error' in end ? Promise.reject(end.error) : Promise.resolve(done)
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    // Who left, or read to the end, has nothing to stop any more.
    const reading = this.#end === undefined
    this.drop()
    this.end()
    if (reading) this.#events.stopped()
    return Promise.resolve(done)
  }

  #take(chunk: unknown): IteratorResult<unknown, undefined> {
    this.#taken += 1
    const news = this.#taken - this.#told
    if (this.#end === undefined && (this.#chunks.length === 0 || this.#told === 0 || news >= toldEvery)) {
      this.#told = this.#taken
      this.#events.took(this.#taken)
    }
    return { done: false, value: chunk }
  }
}

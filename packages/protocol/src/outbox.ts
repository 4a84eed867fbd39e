/** Items we numbered and the peer has not confirmed, oldest first; past its bounds the oldest are trimmed, and that is told. */

export interface OutboxBounds {
  /** Most items kept. */
  readonly items: number
  /** Most bytes kept, summed over the items. */
  readonly bytes: number
}

interface Kept<Item> {
  readonly item: Item
  readonly bytes: number
}

/** What a reader finds above its cursor. */
export interface Pending<Item> {
  /** Numbers that were trimmed before this reader came to them. */
  readonly gap?: { readonly from: number; readonly to: number }
  /** The number of the first item below; the others follow without holes. */
  readonly first: number
  readonly items: readonly Item[]
}

export class Outbox<Item> {
  readonly #bounds: OutboxBounds
  #kept: Kept<Item>[] = []
  #bytes = 0
  #head: number

  /** `head` is the last number given before: 0 for none. */
  constructor(bounds: OutboxBounds, head = 0) {
    this.#bounds = bounds
    this.#head = head
  }

  /** The last number given. */
  get head(): number {
    return this.#head
  }

  /** How many items are kept. */
  get size(): number {
    return this.#kept.length
  }

  /** What the items kept add up to. */
  get bytes(): number {
    return this.#bytes
  }

  /** Numbers an item and keeps it until {@link confirm} covers it, or until newer ones need its room. */
  push(item: Item, bytes: number): number {
    this.#kept.push({ item, bytes })
    this.#bytes += bytes
    this.#head += 1
    while (this.#kept.length > this.#bounds.items || this.#bytes > this.#bounds.bytes) this.#forget(1)
    return this.#head
  }

  /** Forgets every item the peer has up to this number. Late or repeated confirmations are harmless. */
  confirm(received: number): 'ok' | 'never-sent' {
    if (received > this.#head) return 'never-sent'
    this.#forget(received - this.#before)
    return 'ok'
  }

  /** What stands above a reader's cursor, at most so many items. */
  after(cursor: number, most = Infinity): Pending<Item> {
    const start = Math.max(cursor, this.#before)
    const items = this.#kept.slice(start - this.#before, start - this.#before + most).map((kept) => kept.item)
    const pending = { first: start + 1, items }
    return cursor < this.#before ? { ...pending, gap: { from: cursor + 1, to: this.#before } } : pending
  }

  /** The number before the oldest item kept. */
  get #before(): number {
    return this.#head - this.#kept.length
  }

  #forget(count: number): void {
    if (count <= 0) return
    for (const { bytes } of this.#kept.splice(0, count)) this.#bytes -= bytes
  }
}

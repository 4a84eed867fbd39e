/** Notes for owners, in memory. */

import type { Note, Owner } from '../operations.js'
import type { NoteTable } from '../tables.js'

interface Box {
  last: number
  /** In the order of their numbers. */
  readonly notes: Map<string, { readonly number: number; readonly note: Note }>
}

export class NotesInMemory implements NoteTable {
  readonly #boxes = new Map<Owner, Box>()

  leave(owner: Owner, key: string, note: Note): void {
    const box = this.#boxes.get(owner) ?? { last: 0, notes: new Map() }
    this.#boxes.set(owner, box)
    box.last += 1
    // A key that is set again keeps its place in a map, so the older note goes first.
    box.notes.delete(key)
    box.notes.set(key, { number: box.last, note })
  }

  take(owner: Owner, seen: number): { readonly last: number; readonly notes: readonly Note[] } {
    const box = this.#boxes.get(owner)
    if (box === undefined) return none
    if (box.notes.size === 0) return { last: box.last, notes: none.notes }
    for (const [key, { number }] of box.notes) {
      if (number > seen) break
      box.notes.delete(key)
    }
    return { last: box.last, notes: [...box.notes.values()].map(({ note }) => note) }
  }

  removeAllOf(owner: Owner): void {
    this.#boxes.delete(owner)
  }
}

const none: { readonly last: 0; readonly notes: readonly Note[] } = { last: 0, notes: [] }

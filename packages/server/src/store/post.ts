/** Leaves notes for owners, and knows whom to hint at them. */

import type { Note, Owner } from './operations.js'
import type { NoteTable, OwnerTable } from './tables.js'

export class Post {
  readonly #owners: OwnerTable
  readonly #notes: NoteTable
  #hinted = new Set<Owner>()

  constructor(owners: OwnerTable, notes: NoteTable) {
    this.#owners = owners
    this.#notes = notes
  }

  /** An owner that has ended gets nothing. */
  leave(owner: Owner, note: Note): void {
    if (this.#owners.get(owner) === undefined) return
    this.#notes.leave(owner, keyOf(note), note)
    this.#hinted.add(owner)
  }

  /** Who found notes since the last call. */
  hinted(): Iterable<Owner> {
    if (this.#hinted.size === 0) return nobody
    const hinted = this.#hinted
    this.#hinted = new Set()
    return hinted
  }
}

const nobody: readonly Owner[] = []

/** Notes of one kind about the same thing have the same key. */
const keyOf = (note: Note): string => {
  switch (note.note) {
    case 'run':
    case 'cancel':
    case 'took':
    case 'settled':
      return `${note.note} ${note.n} ${note.session}`
    case 'answered':
      return `answered ${note.push} ${note.session}`
    default:
      return `${note.note} ${note.session}`
  }
}

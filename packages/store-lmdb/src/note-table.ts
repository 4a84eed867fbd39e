/** Notes for owners, in the data file. */

import type { Note, NoteTable, Owner } from '@backchat/server/store'
import type { Database } from './database.js'
import { keyName, removeUnder, rowsUnder } from './rows.js'

/** Beside the names of notes, which begin otherwise. */
const last = 'last'

export class NotesInLmdb implements NoteTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  leave(to: Owner, name: string, note: Note): void {
    const owner = keyName(to)
    const { notes, noteNumbers } = this.#database
    const key = keyName(name)
    const number = this.#last(owner) + 1
    const older = noteNumbers.get([owner, key])
    if (older !== undefined) notes.removeSync([owner, older])
    notes.putSync([owner, number], { key, note })
    noteNumbers.putSync([owner, key], number)
    noteNumbers.putSync([owner, last], number)
  }

  take(by: Owner, seen: number): { readonly last: number; readonly notes: readonly Note[] } {
    const owner = keyName(by)
    const notes = []
    for (const { key, value } of rowsUnder(this.#database.notes, owner)) {
      const number = Number(key[1])
      if (number > seen) notes.push(value.note)
      else this.#remove(owner, number, value.key)
    }
    return { last: this.#last(owner), notes }
  }

  removeAllOf(ended: Owner): void {
    const owner = keyName(ended)
    removeUnder(this.#database.notes, owner)
    removeUnder(this.#database.noteNumbers, owner)
  }

  #remove(owner: string, number: number, key: string): void {
    this.#database.notes.removeSync([owner, number])
    this.#database.noteNumbers.removeSync([owner, key])
  }

  #last(owner: string): number {
    return this.#database.noteNumbers.get([owner, last]) ?? 0
  }
}

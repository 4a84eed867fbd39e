/** Which sessions are in which rooms, in memory. */

import type { RoomTable } from '../tables.js'

export class RoomsInMemory implements RoomTable {
  readonly #members = new Map<string, Set<string>>()
  readonly #roomsOf = new Map<string, Set<string>>()

  join(session: string, room: string): void {
    add(this.#members, room, session)
    add(this.#roomsOf, session, room)
  }

  leave(session: string, room: string): void {
    remove(this.#members, room, session)
    remove(this.#roomsOf, session, room)
  }

  leaveAll(session: string): void {
    for (const room of this.#roomsOf.get(session) ?? []) remove(this.#members, room, session)
    this.#roomsOf.delete(session)
  }

  members(room: string): Iterable<string> {
    return this.#members.get(room) ?? []
  }
}

const add = (table: Map<string, Set<string>>, key: string, value: string): void => {
  table.set(key, (table.get(key) ?? new Set<string>()).add(value))
}

const remove = (table: Map<string, Set<string>>, key: string, value: string): void => {
  const values = table.get(key)
  values?.delete(value)
  if (values?.size === 0) table.delete(key)
}

/** Which sessions are in which rooms, in the data file. */

import type { RoomTable } from '@backchat/server/store'
import type { Database } from './database.js'
import { keyName, namesUnder } from './rows.js'

export class RoomsInLmdb implements RoomTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  join(session: string, room: string): void {
    this.#database.members.putSync([keyName(room), session], true)
    this.#database.rooms.putSync([session, keyName(room)], true)
  }

  leave(session: string, room: string): void {
    this.#database.members.removeSync([keyName(room), session])
    this.#database.rooms.removeSync([session, keyName(room)])
  }

  leaveAll(session: string): void {
    for (const room of namesUnder(this.#database.rooms, 1, session)) {
      this.#database.members.removeSync([room, session])
      this.#database.rooms.removeSync([session, room])
    }
  }

  members(room: string): Iterable<string> {
    return namesUnder(this.#database.members, 1, keyName(room))
  }
}

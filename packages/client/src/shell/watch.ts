/** The wall clock, read once for all that happens in a turn: to read it takes longer than many a step of a message. */

export class Watch {
  /** When it was read the last time. */
  at = 0
  readonly read: () => number

  constructor(wall: () => number) {
    this.read = () => {
      this.at = wall()
      return this.at
    }
  }
}

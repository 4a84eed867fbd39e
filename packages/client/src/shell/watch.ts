/** The wall clock, read when a turn begins or somebody asks, for all that follows: to read it takes longer than many a step of a message. */

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

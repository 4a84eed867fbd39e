/** Members in groups, found by group and key. Most groups have one member, which stands there itself: only company makes a table. */
export class Groups<Key, Member extends object> {
  readonly #keyOf: (member: Member) => Key
  readonly #groups = new Map<string, Member | Map<Key, Member>>()

  constructor(keyOf: (member: Member) => Key) {
    this.#keyOf = keyOf
  }

  /** In place of another of the same key. */
  add(name: string, member: Member): void {
    const group = this.#groups.get(name)
    const key = this.#keyOf(member)
    if (group instanceof Map) group.set(key, member)
    else if (group === undefined || this.#keyOf(group) === key) this.#groups.set(name, member)
    else this.#groups.set(name, new Map([group, member].map((each) => [this.#keyOf(each), each])))
  }

  get(name: string, key: Key): Member | undefined {
    const group = this.#groups.get(name)
    if (group instanceof Map) return group.get(key)
    return group !== undefined && this.#keyOf(group) === key ? group : undefined
  }

  delete(name: string, key: Key): void {
    const group = this.#groups.get(name)
    if (group instanceof Map) group.delete(key)
    if (group instanceof Map ? group.size === 0 : this.get(name, key) !== undefined) this.#groups.delete(name)
  }

  /** In the order in which they came. */
  of(name: string): readonly Member[] {
    const group = this.#groups.get(name)
    if (group === undefined) return []
    return group instanceof Map ? [...group.values()] : [group]
  }

  sizeOf(name: string): number {
    const group = this.#groups.get(name)
    if (group === undefined) return 0
    return group instanceof Map ? group.size : 1
  }
}

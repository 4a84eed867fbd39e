/**
 * Lists that mostly have one item, and are made in every turn. V8 takes 17 places for the first item that is pushed onto an empty
 * array, and one place for a literal.
 */

/** With nothing in it; never pushed to. */
export const none: never[] = []

/** The list with one item more: another one when it was {@link none}. */
export const added = <Item>(list: Item[], item: Item): Item[] => {
  if (list === none) return [item]
  list.push(item)
  return list
}

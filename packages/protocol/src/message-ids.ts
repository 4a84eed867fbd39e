/** Ids of messages: one is made for each message and each reply, so they are made to cost little. */

const first = 10
const last = 99

/**
 * Makes ids out of random names, which need not be escaped: 90 at a time share one, and differ in the two digits that follow.
 * So none comes twice anywhere, but who knows one can guess its neighbours.
 */
export function messageIds(newName: () => string): () => string {
  let name = ''
  let given = last
  return () => {
    if (given === last) {
      name = newName()
      given = first - 1
    }
    given += 1
    return name + given
  }
}

/** Joining and leaving rooms: the store knows who is where, so that it holds on every node. */

import { BackchatError, type WireError } from '@backchat/protocol'
import type { RoomResult } from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { Operation, Result } from '../store/operations.js'

/** Never rejects. */
export const changeRoom = async (
  store: { apply(operations: readonly Operation[]): Promise<readonly Result[]> },
  operation: Extract<Operation, { op: 'join' | 'leave' }>,
): Promise<RoomResult> => {
  const { session, room } = operation
  if (typeof session !== 'string' || typeof room !== 'string') {
    return refused('INVALID_MESSAGE', 'A session id and a room are strings.')
  }
  try {
    const [result] = await store.apply([operation])
    return result?.status === 'ok' ? { ok: true } : refused('SESSION_GONE', 'There is no such session.')
  } catch (cause) {
    // The driver says itself that it is closed.
    if (BackchatError.is(cause)) return { ok: false, error: cause }
    return { ok: false, error: errorOf(perhapsDone, { cause }) }
  }
}

const refused = (code: WireError['code'], message: string): RoomResult => ({
  ok: false,
  error: errorOf({ code, message, mayHaveExecuted: false }),
})

const perhapsDone: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The store failed; the session has perhaps joined or left.',
  mayHaveExecuted: true,
}

/** What the inspector's page shows at a time: the same as JSON, bounded, however much there is. */

import type { Clock } from '@backchat/protocol'
import type { Explanation, Figures, Identity } from '../api.js'
import type { ConnectionPool } from '../core/connection-pool.js'
import type { Links } from '../core/links.js'
import type { RequestTrace } from '../core/request-trace.js'
import type { Witnesses } from '../core/witnesses.js'

export interface StateSources {
  readonly clock: Pick<Clock, 'wall'>
  readonly figures: () => Figures
  readonly witnesses: Witnesses
  readonly links: Pick<Links, 'queuedBytesOf'>
  readonly pool: Pick<ConnectionPool<Identity, object>, 'live'>
}

export interface State {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly figures: Omit<Figures, 'requests'> & { readonly running: number }
  readonly requests: Rows<RequestRow> & { readonly stuck: number }
  readonly sessions: Rows<SessionRow>
  readonly connections: Rows<ConnectionRow>
}

/** The first of them, and how many there are. */
export interface Rows<Row> {
  readonly rows: readonly Row[]
  readonly count: number
}

export interface RequestRow extends Omit<Explanation, 'trace' | 'text'> {
  /** It waits for too long. */
  readonly stuck: boolean
  /** Its client has no link here. */
  readonly away: boolean
}

export interface SessionRow {
  readonly id: string
  readonly user: string
  readonly attached: boolean
  readonly ageMs: number
  /** Why it has no link. */
  readonly left: string | undefined
  /** How many requests of it are not settled. */
  readonly open: number
}

export interface ConnectionRow {
  readonly id: string
  readonly session: string
  readonly user: string
  readonly ageMs: number
  readonly address: string | undefined
  readonly resumed: boolean
  readonly queuedBytes: number
}

/** So many rows of a kind are shown. */
const mostRows = 200
/** So many requests of a kind are looked at, the oldest: what is stuck is among them. */
const mostLookedAt = 1_000

/** `find` is a part of an id, a user or a type. */
export const stateOf = (sources: StateSources, find: string, stuckAfterMs: number): State => {
  const { requests: running, ...figures } = sources.figures()
  const open = openOf(sources.witnesses)
  return {
    atMs: sources.clock.wall(),
    figures: { ...figures, running: running.length },
    requests: requestsOf(sources.witnesses, open, find, stuckAfterMs),
    sessions: sessionsOf(sources, open, find),
    connections: connectionsOf(sources, find),
  }
}

/** What is not settled, oldest first: at work, then waited for, then kept for its client. */
const openOf = ({ traces }: Witnesses): readonly RequestTrace[] =>
  [traces.running(), traces.waiting(), traces.kept()].flatMap((requests) => [...first(mostLookedAt, requests)])

/** What is stuck comes first. */
const requestsOf = (
  witnesses: Witnesses,
  open: readonly RequestTrace[],
  find: string,
  stuckAfterMs: number,
): State['requests'] => {
  const fits = ({ id, type, session }: RequestTrace) => [id, type, session.id, session.user].some(has(find))
  const rows = open
    .filter(fits)
    .map((request) => rowOf(request, witnesses, stuckAfterMs))
    // An answer that is on its way is no news.
    .filter(({ waitsFor, stuck, away }) => waitsFor !== 'client' || stuck || away)
  const stuck = rows.filter((row) => row.stuck)
  const others = rows.filter((row) => !row.stuck)
  return { rows: [...stuck, ...others].slice(0, mostRows), count: rows.length, stuck: stuck.length }
}

const rowOf = (request: RequestTrace, witnesses: Witnesses, stuckAfterMs: number): RequestRow => {
  const { trace: _, text: __, ...facts } = witnesses.explanationOf(request)
  const away = facts.waitsFor === 'client' && !request.session.attached
  // A client that is away for a while is nothing to be mended here.
  return { ...facts, away, stuck: !away && facts.waitsMs >= stuckAfterMs }
}

/** Those with something open come first, then the newest. */
const sessionsOf = (
  { witnesses, clock }: StateSources,
  open: readonly RequestTrace[],
  find: string,
): Rows<SessionRow> => {
  const counts = new Map<string, number>()
  for (const { session } of open) counts.set(session.id, (counts.get(session.id) ?? 0) + 1)
  const fitting = [...witnesses.traces.presence.all()].filter(({ id, user }) => [id, user].some(has(find))).reverse()
  const rows = [...fitting.filter(({ id }) => counts.has(id)), ...fitting.filter(({ id }) => !counts.has(id))]
  const now = clock.wall()
  return {
    rows: rows.slice(0, mostRows).map(({ id, user, attached, sinceMs, left }) => ({
      id,
      user,
      attached,
      ageMs: Math.max(0, now - sinceMs),
      left,
      open: counts.get(id) ?? 0,
    })),
    count: fitting.length,
  }
}

/** Those whose network is slow come first. */
const connectionsOf = ({ pool, links, clock }: StateSources, find: string): Rows<ConnectionRow> => {
  const weighed = []
  for (const { link, connection } of pool.live()) {
    if ([connection.id, connection.session.id, connection.user.id].some(has(find)))
      weighed.push({ connection, queuedBytes: links.queuedBytesOf(link) })
  }
  const now = clock.wall()
  weighed.sort((one, other) => other.queuedBytes - one.queuedBytes)
  return {
    rows: weighed.slice(0, mostRows).map(({ connection, queuedBytes }) => ({
      id: connection.id,
      session: connection.session.id,
      user: connection.user.id,
      ageMs: Math.max(0, now - Date.parse(connection.connectedAt)),
      address: connection.remoteAddress,
      resumed: connection.resumed,
      queuedBytes,
    })),
    count: weighed.length,
  }
}

const has =
  (find: string) =>
  (text: string): boolean =>
    text.includes(find)

const first = function* <Thing>(most: number, things: Iterable<Thing>): Iterable<Thing> {
  let left = most
  for (const thing of things) {
    if (left === 0) return
    left -= 1
    yield thing
  }
}

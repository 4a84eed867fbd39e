/** Puts together what is known of a request: what was noted of it, and what the parts know now. */

import { type Stage, stageInWords, timesInWords } from '@backchat/protocol'
import type { Explanation, WaitsFor } from '../api.js'
import type { RunId } from '../machine/inputs.js'
import type { Whereabouts } from '../machine/whereabouts.js'
import type { ActiveRun } from './active-run.js'
import { durationInWords } from './duration-in-words.js'
import { inOneLine } from './in-one-line.js'
import { type Over, overOf, type RequestTrace } from './request-trace.js'

/** Where one may look. */
export interface Surroundings {
  readonly clock: { now(): number; wall(): number }
  readonly whereabouts: (session: string, n: number) => Whereabouts
  readonly run: (id: RunId) => Pick<ActiveRun<never, never>, 'heldBy' | 'waitsSince'> | undefined
}

export const explain = (request: RequestTrace, around: Surroundings): Explanation => {
  const { id, type, mode, session, n, outcome, trace, connectionId, endedAtMs } = request
  const wait = waitOf(request, around)
  const cameAtMs = trace[0]?.atMs ?? endedAtMs ?? 0
  return {
    id,
    type,
    mode,
    stage: wait === undefined ? 'settled' : furthest(request),
    trace,
    outcome,
    sessionId: session.id,
    userId: session.user,
    connectionId,
    n,
    ageMs: Math.max(0, ((wait === undefined ? endedAtMs : undefined) ?? around.clock.wall()) - cameAtMs),
    waitsFor: wait?.for,
    waitsMs: wait?.ms ?? 0,
    reason: wait === undefined ? '' : inOneLine(reasonOf(request, wait)),
    text: inOneLine(sentence(request, wait)),
  }
}

interface Wait {
  readonly for: WaitsFor
  readonly ms: number
  readonly timeoutMs: number | undefined
}

const waitOf = (request: RequestTrace, { clock, whereabouts, run }: Surroundings): Wait | undefined => {
  if (request.run === undefined && overOf(request) !== undefined) return undefined
  const { waitsFor, run: worked } = whereabouts(request.session.id, request.n)
  const active = request.run === undefined ? undefined : run(request.run)
  const ms = active === undefined ? clock.wall() - sinceOf(request) : clock.now() - active.waitsSince
  return {
    for: waitsFor === 'shell' ? (active?.heldBy ?? 'middleware') : (waitsFor ?? 'client'),
    ms: Math.max(0, ms),
    timeoutMs: worked?.timeoutMs,
  }
}

/** Since when nothing has happened to what is not at work here. */
const sinceOf = ({ session, trace, endedAtMs }: RequestTrace): number =>
  endedAtMs === undefined ? (trace.at(-1)?.atMs ?? 0) : Math.max(session.sinceMs, endedAtMs)

/** How far it got. */
const furthest = ({ trace }: RequestTrace): Stage => trace.at(-1)?.stage ?? 'received'

const sentence = (request: RequestTrace, wait: Wait | undefined): string => {
  const { type, id, session, trace } = request
  const end = wait === undefined ? `settled${endOf(request)}; it got as far as: ` : ''
  const place = [stageInWords[furthest(request)], ...(wait === undefined ? [] : [reasonOf(request, wait)])].join(': ')
  return `${type} ${id} of ${session.user}, session ${session.id}: ${end}${place} (${timesInWords(trace)})`
}

const endOf = (request: RequestTrace): string => {
  const over = overOf(request)
  const { outcome } = request
  return [outcome === 'pending' ? '' : ` with ${outcome}`, over === undefined ? '' : ends[over]].join('')
}

const ends: { readonly [end in Over]: string } = {
  confirmed: ', confirmed by the client',
  refused: ', refused: its number may come again',
  'session over': ', its session is over',
}

/** What it waits for, in words that go on after those for its stage. */
const reasonOf = (request: RequestTrace, { for: waitsFor, ms, timeoutMs }: Wait): string => {
  const time = durationInWords(ms)
  const unwanted = overOf(request) === undefined ? '' : '; nobody waits for its answer'
  switch (waitsFor) {
    case 'store':
      return `waits for the store for ${time}`
    case 'connection':
      return `waits for middleware of its connection for ${time}`
    case 'turn':
      return `waits for its turn behind others of its session for ${time}`
    case 'middleware':
      return `rate limit or middleware look at it for ${time}`
    case 'handler':
      return `silent for ${time}${timeoutMs === undefined ? '' : `, given up after ${durationInWords(timeoutMs)}`}${unwanted}`
    case 'reader':
      return `waits for its reader for ${time}: it is as far ahead as it may be`
    case 'server':
      return `another server of this store has had it for ${time}`
    case 'client':
      return `${kept(request)}; ${clientOf(request, time)}`
  }
}

const kept = ({ outcome }: RequestTrace): string => {
  if (outcome === 'pending') return 'not at work here, the client has to ask again'
  return outcome === 'ok' ? 'its answer is kept' : `it ended with ${outcome}, which is kept`
}

const clientOf = ({ session, endedAtMs = 0 }: RequestTrace, time: string): string => {
  if (session.attached)
    return session.sinceMs > endedAtMs
      ? `the client came back ${time} ago, and has not confirmed it`
      : `sent ${time} ago, and not confirmed by the client`
  const why = session.left === undefined ? '' : `: ${session.left.replace(/\.$/, '')}`
  return `the client has had no link here for ${time}${why}`
}

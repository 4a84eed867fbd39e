/** Puts together what is known of a request: what was noted of it, and what the parts know now. */

import { type Stage, stageInWords, timesInWords } from '@backchat/protocol'
import type { Explanation, WaitsFor } from '../api.js'
import type { LinkId, RunId } from '../machine/inputs.js'
import type { Whereabouts } from '../machine/whereabouts.js'
import type { ActiveRun } from './active-run.js'
import { durationInWords } from './duration-in-words.js'
import { type Over, type RequestTrace, stepsOf } from './request-trace.js'

/** Where one may look. */
export interface Surroundings {
  readonly clock: { now(): number; wall(): number }
  readonly whereabouts: (session: string, n: number) => Whereabouts
  readonly run: (id: RunId) => Pick<ActiveRun<never, never>, 'heldBy' | 'waitsSince'> | undefined
  readonly connectionOf: (link: LinkId) => { readonly id: string } | undefined
}

export const explain = (request: RequestTrace, around: Surroundings): Explanation => {
  const { id, type, mode, session, n, outcome, link, receivedAtMs, settledAtMs } = request
  const wait = waitOf(request, around)
  return {
    id,
    type,
    mode,
    stage: wait === undefined ? 'settled' : furthest(request),
    trace: stepsOf(request),
    outcome,
    sessionId: session.id,
    userId: session.user,
    connectionId: around.connectionOf(link)?.id,
    n,
    ageMs: Math.max(0, (settledAtMs ?? around.clock.wall()) - receivedAtMs),
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

const waitOf = (request: RequestTrace, around: Surroundings): Wait | undefined => {
  const { session, n, over, run } = request
  if (over !== undefined && run === undefined) return undefined
  const { waitsFor, timeoutMs } = around.whereabouts(session.id, n)
  const active = run === undefined ? undefined : around.run(run)
  const sinceWall = around.clock.wall() - sinceOf(request)
  const ms = Math.max(0, active === undefined ? sinceWall : around.clock.now() - active.waitsSince)
  return { for: waitsFor === 'shell' ? (active?.heldBy ?? 'middleware') : (waitsFor ?? 'client'), ms, timeoutMs }
}

/** Since when nothing has happened to what is not at work here. */
const sinceOf = ({ session, sentOn, sentAtMs, repliedAtMs, startedAtMs, receivedAtMs }: RequestTrace): number => {
  const stepped = repliedAtMs ?? startedAtMs ?? receivedAtMs
  if (session.link === undefined) return Math.max(session.sinceMs, stepped)
  return sentOn === session.link ? (sentAtMs ?? stepped) : stepped
}

/** How far it got, before it settled. */
const furthest = ({ startedAtMs, repliedAtMs }: RequestTrace): Stage => {
  if (repliedAtMs !== undefined) return 'replied'
  return startedAtMs === undefined ? 'received' : 'started'
}

const sentence = (request: RequestTrace, wait: Wait | undefined): string => {
  const { type, id, session } = request
  const end = wait === undefined ? `settled${endOf(request)}; it got as far as: ` : ''
  const place = [stageInWords[furthest(request)], ...(wait === undefined ? [] : [reasonOf(request, wait)])].join(': ')
  return `${type} ${id} of ${session.user}, session ${session.id}: ${end}${place} (${timesInWords(stepsOf(request))})`
}

const endOf = ({ outcome, over }: RequestTrace): string =>
  [outcome === 'pending' ? '' : ` with ${outcome}`, over === undefined ? '' : ends[over]].join('')

const ends: { readonly [end in Over]: string } = {
  confirmed: ', confirmed by the client',
  cancelled: ', its caller gave up',
  refused: ', refused: its number may come again',
  'session over': ', its session is over',
}

/** What it waits for, in words that go on after those for its stage. */
const reasonOf = (request: RequestTrace, { for: waitsFor, ms, timeoutMs }: Wait): string => {
  const time = durationInWords(ms)
  const unwanted = request.over === undefined ? '' : '; nobody waits for its answer'
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

const clientOf = ({ session, sentOn }: RequestTrace, time: string): string => {
  if (session.link === undefined) {
    const why = session.left === undefined ? '' : `: ${session.left.replace(/\.$/, '')}`
    return `the client has had no link here for ${time}${why}`
  }
  return sentOn === session.link
    ? `sent ${time} ago, and not confirmed by the client`
    : 'the client is here, and has not asked for it on this link'
}

/** Peers choose ids and types: none of them may look like another line, or hide what follows. */
const inOneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')

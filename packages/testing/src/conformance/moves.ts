/** Random operations, small enough to meet each other often: numbers stand for what is known when they are carried out. */

import { limits } from '@backchat/protocol'
import type { Fence, Operation, Result, RunFence, Target } from '@backchat/server/store'
import fc from 'fast-check'
import { begin, chunks, ended, runOf, sized } from './subject.js'

/** What has happened so far, as far as operations name it. The newest stands last. */
export interface Known {
  /** The newest fence of each session. */
  readonly fences: Map<string, Fence>
  readonly oldFences: Fence[]
  /** Runs that were started, and how many chunks each has. */
  readonly runs: { readonly run: RunFence; count: number }[]
  readonly asks: { readonly session: string; readonly push: number }[]
  /** Attempts per client. */
  readonly attempts: Map<string, number>
  /** For names that are used once. */
  count: number
  /** The last note that each owner has found. */
  readonly seen: Map<string, number>
}

export const nothingKnown = (): Known => ({
  fences: new Map(),
  oldFences: [],
  runs: [],
  asks: [],
  attempts: new Map(),
  count: 0,
  seen: new Map(),
})

/** Takes note of what an operation brought about. */
export const learn = (known: Known, operation: Operation, result: Result | undefined): void => {
  if (operation.op === 'greet' && result?.op === 'greet' && result.status === 'ok') {
    const { session, epoch, over } = result
    const older = known.fences.get(session)
    if (older !== undefined) known.oldFences.push(older)
    known.fences.delete(session)
    known.fences.set(session, { session, epoch, attempt: operation.attempt })
    for (const ended of over) known.fences.delete(ended.session)
  }
  if (operation.op === 'end' && result?.status === 'ok') known.fences.delete(operation.fence.session)
  if (operation.op === 'begin' && result?.status === 'new' && (result.again === true || !operation.onlyLookUp)) {
    known.runs.push({ run: runOf(operation.fence, operation.n, operation.owner), count: 0 })
  }
  if (operation.op === 'chunks' && result?.status === 'ok') {
    for (const one of known.runs) if (sameRun(one.run, operation.run)) one.count += operation.chunks.length
  }
  if (operation.op === 'append' && operation.ask !== undefined && result?.op === 'append') {
    known.asks.push(...result.appended)
  }
  // Its notes are numbered anew: what an owner of the same name had found says nothing of them.
  if (operation.op === 'enlist') known.seen.delete(operation.owner)
  if (operation.op === 'renew' && result?.op === 'renew' && result.status === 'ok') {
    known.seen.set(operation.owner, result.last)
    for (const ended of result.over) known.fences.delete(ended.session)
  }
}

const sameRun = (a: RunFence, b: RunFence): boolean => a.session === b.session && a.n === b.n && a.owner === b.owner

/** An operation that waits for names. */
export type Move = (known: Known) => Operation

interface NamedMove {
  readonly name: string
  readonly move: Move
}

const owner = fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c')
const user = fc.constantFrom('ann', 'ann', 'bob')
const client = fc.constantFrom('1', '2')
const n = fc.integer({ min: 1, max: 4 })
const room = fc.constantFrom('x', 'y')
const few = fc.nat(3)
/** Mostly short; sometimes so long that three are more than a log or a journal keeps. */
const text = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(20))
  .map(([letter, size]) => letter.repeat(size === 20 ? limits.logBytes / 2.5 : size))

/** Mostly one that counts, of any session. */
const fenceAt =
  (back: number, isOld: boolean) =>
  ({ fences, oldFences }: Known): Fence => {
    const nobody = { session: 'nobody', epoch: 'never', attempt: 1 }
    return (isOld ? oldFences : [...fences.values()]).at(-1 - back) ?? [...fences.values()].at(-1) ?? nobody
  }

const rarely = fc.nat(9).map((k) => k === 0)
const fence = fc.tuple(fc.constantFrom(0, 0, 1, 2), rarely).map(([back, isOld]) => fenceAt(back, isOld))

/** Mostly one of the last runs, by its owner. */
const run = fc
  .tuple(fc.constantFrom(0, 0, 0, 1, 1, 2, 3), owner, rarely)
  .map(([back, owner, isAnothers]) => (known: Known) => {
    const { run, count } = known.runs.at(-1 - back) ?? { run: runOf(fenceAt(0, false)(known), 1), count: 0 }
    return { run: isAnothers ? { ...run, owner } : run, count }
  })

/** Mostly nothing. */
const off = fc.constantFrom(0, 0, 0, 0, 0, 1, -1)
/** Mostly one that is open. */
const openAsk = fc.constantFrom(0, 0, 1, 1, 2, 3).map(
  (back) =>
    ({ asks, fences }: Known) =>
      asks.at(-1 - back) ?? { session: [...fences.keys()][0] ?? 'nobody', push: 1 },
)
const settled = fc.constantFrom<readonly (readonly [number, number])[]>([], [], [], [], [], [[3, 3]], [[2, 4]])

const page = fc.constantFrom('p', 'p', 'q')

const greet = fc
  .record({
    user,
    client,
    owner,
    ahead: fc.constantFrom(1, 1, 1, 1, 0, 3),
    epoch: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'known', 'other'),
    secretHash: fc.constantFrom('s', 's', 's', 's', 's', 's', 's', 's', 's', 'guessed'),
    lastPush: fc.constantFrom(0, 0, 0, 1, 2, 3),
    floor: fc.constantFrom(0, 0, 0, 0, 0, 1),
    settled,
    page,
  })
  .map(
    ({ ahead, epoch, ...hello }): Move =>
      (known) => {
        const key = `${hello.user} ${hello.client}`
        const attempt = (known.attempts.get(key) ?? 0) + ahead
        known.attempts.set(key, Math.max(attempt, known.attempts.get(key) ?? 0))
        known.count += 1
        const newest = fenceAt(0, false)(known).epoch
        return {
          op: 'greet',
          ...hello,
          attempt: Math.max(1, attempt),
          ...(epoch === 'known' && { epoch: newest }),
          ...(epoch === 'other' && { epoch: 'another' }),
          newSession: `session ${known.count}`,
          newEpoch: `epoch ${known.count}`,
        }
      },
  )

const target: fc.Arbitrary<(known: Known) => Target> = fc.oneof(
  fence.map(
    (fence) =>
      (known: Known): Target => ({ to: 'session', session: fence(known).session }),
  ),
  user.map((user) => (): Target => ({ to: 'user', user })),
  room.map((room) => (): Target => ({ to: 'room', room })),
  fc.constant((): Target => ({ to: 'all' })),
)

const ending = fc.tuple(fc.boolean(), text).map(([ok, text]) => ({
  ending: ok
    ? ended(text)
    : ({ ok: false, error: { code: 'HANDLER_FAILED', message: text, mayHaveExecuted: true } } as const),
  bytes: sized(text).bytes,
}))

const moves = {
  greet,
  begin: fc
    .tuple(
      fence,
      fc.integer({ min: 1, max: 12 }),
      run,
      fc.record({ owner, idempotent: fc.boolean(), onlyLookUp: rarely, from: few }),
    )
    .map(
      ([fence, n, wanted, { from, ...over }]): Move =>
        (known) => {
          // Every other time one that was begun before.
          const { run } = wanted(known)
          const now = n % 2 === 0 ? known.fences.get(run.session) : undefined
          return begin(now ?? fence(known), now === undefined ? n : run.n, { ...over, from: Math.max(0, from - 1) })
        },
    ),
  chunks: fc.tuple(run, off, fc.array(text, { maxLength: 3 })).map(
    ([wanted, off, texts]): Move =>
      (known) => {
        const { run, count } = wanted(known)
        return chunks(run, Math.max(0, count + off), ...texts)
      },
  ),
  finish: fc.tuple(run, off, ending).map(
    ([wanted, off, ending]): Move =>
      (known) => {
        const { run, count } = wanted(known)
        return { op: 'finish', run, count: Math.max(0, count + off), ...ending }
      },
  ),
  forget: run.map(
    (wanted): Move =>
      (known) => ({ op: 'forget', run: wanted(known).run }),
  ),
  cancel: fc.tuple(fence, n).map(
    ([fence, n]): Move =>
      (known) => ({ op: 'cancel', fence: fence(known), n }),
  ),
  confirm: fc.tuple(fence, few, settled, run, few, fc.boolean()).map(
    ([fence, push, settled, wanted, next, hasTaken]): Move =>
      (known) => {
        const { run } = wanted(known)
        const now = hasTaken ? known.fences.get(run.session) : undefined
        const chunks = now === undefined ? [] : ([[run.n, next]] as const)
        return { op: 'confirm', fence: now ?? fence(known), push, floor: 0, settled, chunks }
      },
  ),
  append: fc.tuple(target, text, owner).map(
    ([target, text, owner]): Move =>
      (known) => ({ op: 'append', target: target(known), owner, ...sized(text) }),
  ),
  ask: fc.tuple(fence, text, owner, few).map(
    ([fence, text, owner, time]): Move =>
      (known) => {
        const target = { to: 'session', session: fence(known).session } as const
        return { op: 'append', target, owner, ...sized(text), ask: { timeoutMs: 1_000 * time } }
      },
  ),
  read: fc.tuple(fence, few, fc.integer({ min: 1, max: 5 })).map(
    ([fence, after, most]): Move =>
      (known) => ({ op: 'read', fence: fence(known), after, most }),
  ),
  answer: fc.tuple(openAsk, fence, ending).map(
    ([wanted, fence, { ending }]): Move =>
      (known) => {
        const { session, push } = wanted(known)
        return { op: 'answer', fence: known.fences.get(session) ?? fence(known), push, ending }
      },
  ),
  withdraw: fc.tuple(openAsk, owner).map(
    ([wanted, owner]): Move =>
      (known) => {
        return { op: 'withdraw', ...wanted(known), owner }
      },
  ),
  detach: fc.tuple(user, client, fc.constantFrom(0, 0, 0, 1), page).map(
    ([user, client, back, page]): Move =>
      (known) => {
        return { op: 'detach', user, client, attempt: (known.attempts.get(`${user} ${client}`) ?? 1) - back, page }
      },
  ),
  end: fence.map(
    (fence): Move =>
      (known) => ({ op: 'end', fence: fence(known) }),
  ),
  join: fc.tuple(fence, room).map(
    ([fence, room]): Move =>
      (known) => ({ op: 'join', session: fence(known).session, room }),
  ),
  leave: fc.tuple(fence, room).map(
    ([fence, room]): Move =>
      (known) => ({ op: 'leave', session: fence(known).session, room }),
  ),
  enlist: fc.tuple(owner, fc.constantFrom('node', undefined)).map(
    ([owner, node]): Move =>
      () => ({ op: 'enlist', owner, leaseMs: 5_000, ...(node !== undefined && { node }) }),
  ),
  renew: fc.tuple(owner, fc.boolean()).map(
    ([owner, read]): Move =>
      ({ seen }) => {
        return { op: 'renew', owner, leaseMs: 5_000, sessionTtlMs: 8_000, seen: read ? (seen.get(owner) ?? 0) : 0 }
      },
  ),
  retire: owner.map(
    (owner): Move =>
      () => ({ op: 'retire', owner }),
  ),
}

/** How often each comes up. */
const weights: Record<keyof typeof moves, number> = {
  greet: 60,
  begin: 80,
  chunks: 60,
  finish: 50,
  forget: 10,
  cancel: 20,
  confirm: 30,
  append: 60,
  ask: 40,
  read: 40,
  answer: 30,
  withdraw: 30,
  detach: 30,
  end: 3,
  join: 20,
  leave: 10,
  enlist: 40,
  renew: 50,
  retire: 4,
}

const namedMove = fc.oneof(
  ...Object.entries(moves).map(([name, arbitrary]) => ({
    weight: weights[name as keyof typeof moves],
    arbitrary: arbitrary.map((move): NamedMove => ({ name, move })),
  })),
)

/** One step of a play. */
export type Step =
  | { readonly step: 'batch'; readonly moves: readonly NamedMove[] }
  | { readonly step: 'advance'; readonly ms: number }
  | { readonly step: 'reopen' }

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.array(namedMove, { minLength: 1, maxLength: 4 }).map((moves): Step => ({ step: 'batch', moves })),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(1, 2_000, 4_999, 5_000, 8_000).map((ms): Step => ({ step: 'advance', ms })),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ step: 'reopen' }) },
  ),
  { minLength: 1, maxLength: 80, size: 'max' },
)

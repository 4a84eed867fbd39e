/** Random operations, small enough to meet each other often: numbers stand for what is known when they are carried out. */

import { limits } from '@backchat/protocol'
import type { Fence, Operation, RunFence, Target } from '@backchat/server/store'
import fc from 'fast-check'
import { begin, chunks, ended, runOf, sized } from './subject.js'

/** What has happened so far, as far as operations name it. */
export interface Known {
  /** Fences that hellos have given, the newest last. */
  readonly fences: Fence[]
  /** Attempts per client. */
  readonly attempts: Map<string, number>
  /** For names that are used once. */
  count: number
  /** The last note that each owner has found. */
  readonly seen: Map<string, number>
}

export const nothingKnown = (): Known => ({ fences: [], attempts: new Map(), count: 0, seen: new Map() })

/** An operation that waits for names. */
export type Move = (known: Known) => Operation

interface NamedMove {
  readonly name: string
  readonly move: Move
}

const owner = fc.constantFrom('a', 'a', 'b', 'c')
const user = fc.constantFrom('ann', 'ann', 'bob')
const client = fc.constantFrom('1', '2')
const n = fc.integer({ min: 1, max: 4 })
const room = fc.constantFrom('x', 'y')
const few = fc.nat(3)
/** Mostly short; sometimes so long that three are more than a log or a journal keeps. */
const text = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(20))
  .map(([letter, size]) => letter.repeat(size === 20 ? limits.logBytes / 2.5 : size))

/** Mostly the newest fence. */
const fenceAt =
  (back: number) =>
  ({ fences }: Known): Fence =>
    fences.at(-1 - back) ?? { session: 'nobody', epoch: 'never', attempt: 1 }

const fence = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: few }).map(fenceAt)
const run = fc.tuple(fence, n, owner).map(
  ([fence, n, owner]) =>
    (known: Known): RunFence =>
      runOf(fence(known), n, owner),
)
const settled = fc.constantFrom<readonly (readonly [number, number])[]>([], [], [], [[3, 3]], [[2, 4]])

const greet = fc
  .record({
    user,
    client,
    owner,
    ahead: fc.constantFrom(1, 1, 1, 1, 0, 3),
    epoch: fc.constantFrom('known', 'known', 'none', 'other'),
    secretHash: fc.constantFrom('s', 's', 's', 's', 's', 'guessed'),
    lastPush: few,
    floor: fc.constantFrom(0, 0, 0, 1),
    settled,
    page: fc.constantFrom('p', 'p', 'q'),
  })
  .map(
    ({ ahead, epoch, ...hello }): Move =>
      (known) => {
        const key = `${hello.user} ${hello.client}`
        const attempt = (known.attempts.get(key) ?? 0) + ahead
        known.attempts.set(key, Math.max(attempt, known.attempts.get(key) ?? 0))
        known.count += 1
        const newest = fenceAt(0)(known).epoch
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
      n,
      fc.record({ owner, idempotent: fc.boolean(), onlyLookUp: fc.nat(4).map((k) => k === 0), from: few }),
    )
    .map(
      ([fence, n, over]): Move =>
        (known) =>
          begin(fence(known), n, { ...over, from: Math.max(0, over.from - 1) }),
    ),
  chunks: fc.tuple(run, few, fc.array(text, { maxLength: 3 })).map(
    ([run, first, texts]): Move =>
      (known) =>
        chunks(run(known), Math.max(0, first - 1), ...texts),
  ),
  finish: fc.tuple(run, few, ending).map(
    ([run, count, ending]): Move =>
      (known) => ({ op: 'finish', run: run(known), count, ...ending }),
  ),
  forget: run.map(
    (run): Move =>
      (known) => ({ op: 'forget', run: run(known) }),
  ),
  cancel: fc.tuple(fence, n).map(
    ([fence, n]): Move =>
      (known) => ({ op: 'cancel', fence: fence(known), n }),
  ),
  confirm: fc.tuple(fence, few, fc.constantFrom(0, 0, 0, 1), settled, fc.array(fc.tuple(n, few), { maxLength: 2 })).map(
    ([fence, push, floor, settled, taken]): Move =>
      (known) => {
        return { op: 'confirm', fence: fence(known), push, floor, settled, chunks: taken }
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
  answer: fc.tuple(fence, n, ending).map(
    ([fence, push, { ending }]): Move =>
      (known) => ({ op: 'answer', fence: fence(known), push, ending }),
  ),
  withdraw: fc.tuple(fence, n, owner).map(
    ([fence, push, owner]): Move =>
      (known) => {
        return { op: 'withdraw', session: fence(known).session, push, owner }
      },
  ),
  detach: fc.tuple(user, client, fc.constantFrom(0, 0, 0, 1)).map(
    ([user, client, back]): Move =>
      (known) => {
        return { op: 'detach', user, client, attempt: (known.attempts.get(`${user} ${client}`) ?? 1) - back }
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
  greet: 8,
  begin: 8,
  chunks: 6,
  finish: 5,
  forget: 1,
  cancel: 2,
  confirm: 3,
  append: 6,
  ask: 4,
  read: 4,
  answer: 3,
  withdraw: 3,
  detach: 3,
  end: 1,
  join: 2,
  leave: 1,
  enlist: 4,
  renew: 5,
  retire: 1,
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
  { minLength: 1, maxLength: 60 },
)

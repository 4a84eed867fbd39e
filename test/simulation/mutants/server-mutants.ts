/** Bugs in what a server does. */

import type { Operation, Result, ServerEffect } from '../machines.js'
import type { Mutation } from '../world.js'
import { nothing, serverEffects, serverFrames } from './between.js'
import { impliedNumbering } from './implied-numbering.js'
import type { Mutants } from './mutant.js'
import { turningAwayAgain } from './turning-away-again.js'

export const serverMutants: Mutants = {
  'a number is remembered for five seconds': {
    kind: 'time-window dedupe',
    ...dedupeWithin(5_000),
  },

  'every type is said to be idempotent': {
    kind: 'retry of a non-idempotent request after loss',
    ...serverFrames('welcome', (frame) => ({ ...frame, idempotent: ['text', 'twice', 'init'] })),
  },

  'a reply goes to the link that was attached last': {
    kind: 'answers bound to a connection instead of a session',
    ...serverEffects(
      () => ({ newest: 0 }),
      (effect, memory) => {
        if (effect.kind === 'attached') memory.newest = effect.link
        const isReply = effect.kind === 'transmit' && effect.frame.kind === 'reply'
        return [isReply ? { ...effect, link: memory.newest } : effect]
      },
    ),
  },

  'a gap is not announced': {
    kind: 'gap not announced',
    ...serverEffects(nothing, (effect) => {
      if (effect.kind !== 'transmit') return [effect]
      if (effect.frame.kind === 'gap') return []
      if (effect.frame.kind !== 'welcome') return [effect]
      const { gap: _, ...frame } = effect.frame
      return [{ ...effect, frame }]
    }),
  },

  'the newest push goes before those that were missed': {
    kind: 'replay and live pushes racing',
    server: (machine) => ({
      handle: (input, now) => newestFirst(machine.handle(input, now)),
      wakeAt: () => machine.wakeAt(),
    }),
  },

  'pushes are counted, not numbered': { kind: 'implied numbering', ...impliedNumbering },

  'a closing server gives its handlers no time': {
    kind: 'planned restart that kills what runs',
    server: (machine) => ({
      handle: (input, now) => machine.handle(input.kind === 'closeAsked' ? { ...input, drainMs: 0 } : input, now),
      wakeAt: () => machine.wakeAt(),
    }),
  },

  'a start in doubt is never taken back': {
    kind: 'a start in doubt never taken back',
    ...serverEffects(
      () => new Set<string>(),
      (effect, ran) => {
        if (effect.kind === 'run') ran.add(`${effect.n} ${effect.session}`)
        return [withoutForgets(effect, ({ n, session }) => !ran.has(`${n} ${session}`))]
      },
    ),
  },

  'a refused start is not taken back': {
    kind: 'a refusal is journalled',
    ...serverEffects(nothing, (effect) => [withoutForgets(effect, () => true)]),
  },

  'who turns anybody away turns those away, too, who ask again': {
    kind: 'load shedding that refuses what has run',
    ...turningAwayAgain,
  },

  'handlers of a session that is over are not told': {
    kind: 'orphaned handlers',
    ...serverEffects(nothing, (effect) => (effect.kind === 'abort' ? [] : [effect])),
  },
}

/** What the journal knows of a number counts for so long after the number was first seen. */
function dedupeWithin(ms: number): Mutation {
  return {
    server: (machine) => {
      const seenAt = new Map<string, number>()
      const asked = new Map<number, readonly Operation[]>()
      const isOld = (operation: Operation | undefined, now: number) =>
        operation?.op === 'begin' && now - (seenAt.get(keyOf(operation)) ?? now) > ms
      return {
        handle(input, now) {
          const operations = input.kind === 'applied' ? (asked.get(input.batch) ?? []) : []
          if (input.kind === 'applied') asked.delete(input.batch)
          const forget = (result: Result, i: number): Result =>
            result.op === 'begin' && result.status === 'ended' && isOld(operations[i], now)
              ? { op: 'begin', status: 'new' }
              : result
          const changed = input.kind === 'applied' ? { ...input, results: input.results.map(forget) } : input
          const effects = machine.handle(changed, now)
          for (const effect of effects) {
            if (effect.kind !== 'apply') continue
            asked.set(effect.batch, effect.operations)
            for (const operation of effect.operations) {
              if (operation.op === 'begin' && !seenAt.has(keyOf(operation))) seenAt.set(keyOf(operation), now)
            }
          }
          return effects
        },
        wakeAt: () => machine.wakeAt(),
      }
    },
  }
}

/** Some starts are taken back for a session that does not exist. */
function withoutForgets(effect: ServerEffect, isKept: (run: Forget['run']) => boolean): ServerEffect {
  if (effect.kind !== 'apply') return effect
  const operations = effect.operations.map((operation) => {
    if (operation.op !== 'forget' || !isKept(operation.run)) return operation
    return { ...operation, run: { ...operation.run, session: 'none' } }
  })
  return { ...effect, operations }
}

type Forget = Extract<Operation, { readonly op: 'forget' }>

const keyOf = ({ n, fence }: Extract<Operation, { readonly op: 'begin' }>) => `${n} ${fence.session}`

/** Where a turn sends several pushes to one link, the last one goes first. */
function newestFirst(effects: readonly ServerEffect[]): readonly ServerEffect[] {
  const pushes = effects.filter((effect) => effect.kind === 'transmit' && effect.frame.kind === 'push')
  const [first] = pushes
  const last = pushes.at(-1)
  if (first?.kind !== 'transmit' || last?.kind !== 'transmit' || first === last || first.link !== last.link)
    return effects
  return effects.flatMap((effect) => (effect === first ? [last, first] : effect === last ? [] : [effect]))
}

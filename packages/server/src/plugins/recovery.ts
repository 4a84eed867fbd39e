/**
 * Handlers that fail: tried again where they may be, left alone for a while when they fail again and again, and answered
 * for by something simpler.
 */

import { BackchatError, type Message } from '@backchat/protocol'
import type { MiddlewareContext, Plugin, PluginHost } from '../api.js'
import { safeLog } from '../core/safe-log.js'
import { onlyNames } from '../core/setting.js'
import { mapThrown } from '../handlers/error.js'
import { Guard } from './guard.js'

/** What is done when a handler fails. A refusal on purpose, a cancel and a rate limit are no failures; silence beyond its time is one. */
export interface RecoveryPolicy {
  /**
   * How often a handler of an idempotent type is called for one message, before its first chunk (`attempts`, default 3), and how many milliseconds
   * lie before the second call (`delay`, default 100, then more each time, at most 2 000). All of it has to fit into the handler's time. `false`: once.
   */
  readonly retry?: { readonly attempts?: number | undefined; readonly delay?: number | undefined } | false | undefined
  /**
   * After how many failures in a row a type is not handled any more (`failures`, default 5), and for how many milliseconds (`open`, default 10 000). Meanwhile
   * the fallback answers, or `OVERLOADED`; then one message tries whether it works again. `false`: never.
   */
  readonly breaker?: { readonly failures?: number | undefined; readonly open?: number | undefined } | false | undefined
  /** Makes the content of a reply where the handler has failed or is left alone, unless chunks have been sent. When it throws, the error is that of the handler. */
  readonly fallback?: ((message: Message<string, unknown>, context: MiddlewareContext) => unknown) | undefined
}

export interface RecoveryOptions extends RecoveryPolicy {
  /** Policies of types; what they leave out is as for all. */
  readonly types?: { readonly [type: string]: RecoveryPolicy } | undefined
}

/**
 * The plugin `recovery`.
 *
 * @throws TypeError when an option makes no sense, or does not exist.
 * @example
 * ```ts
 * plugins: [recovery({ types: { text: { fallback: () => ({ text: 'Please ask again in a minute.' }) } } })]
 * ```
 */
export const recovery = (options: RecoveryOptions = {}): Plugin => {
  const { types = {}, ...forAll } = options
  onlyNames('option of recovery()', options, [...policyNames, 'types'])
  onlyKnown('', forAll)
  for (const [type, policy] of Object.entries(types)) {
    onlyNames(`option types.${type} of recovery()`, policy, policyNames)
    onlyKnown(`types.${type}.`, policy)
  }
  const policyOf = (type: string): RecoveryPolicy => ({ ...forAll, ...(Object.hasOwn(types, type) && types[type]) })
  // Wrong numbers are told when it is made.
  for (const type of ['', ...Object.keys(types)]) new Guard(policyOf(type), isFailure)
  return { name: 'recovery', install: (host) => install(host, policyOf) }
}

const policyNames = ['retry', 'breaker', 'fallback']

const onlyKnown = (path: string, { retry = {}, breaker = {} }: RecoveryPolicy): void => {
  if (retry !== false) onlyNames(`option ${path}retry of recovery()`, retry, ['attempts', 'delay'])
  if (breaker !== false) onlyNames(`option ${path}breaker of recovery()`, breaker, ['failures', 'open'])
}

const install = (host: PluginHost, policyOf: (type: string) => RecoveryPolicy): void => {
  /** One for each type with a handler; others never come here. */
  const guards = new Map<string, Guard>()
  /** What is told of a run whose handler is waited for no more, though it has not ended. */
  const running: Running = new Map()

  host.on('handled', ({ run, outcome }) => running.get(run)?.(outcome))
  host.use(async (context, next) => {
    const { message } = context
    const policy = policyOf(message.type)
    const guard = guards.get(message.type) ?? new Guard(policy, isFailure, host.clock)
    guards.set(message.type, guard)
    try {
      await guard.run(() => untilEnded(context, next, running), context.run.idempotent, context.signal)
    } catch (error) {
      const failed = isFailure(error) || guard.isOpenError(error)
      if (!failed || context.signal.aborted || !(await answered(policy, context))) throw guard.typed(error)
    }
  })
}

/** By the ids of runs: a client may use the id of a message twice. */
type Running = Map<number, (outcome: string) => void>

/** The rest of the run; when the run is given up before it has ended, that. */
const untilEnded = async (
  { run: { id } }: MiddlewareContext,
  next: () => Promise<void>,
  running: Running,
): Promise<void> => {
  const givenUp = new Promise<never>((_, reject) => {
    running.set(id, (outcome) => reject(outcome === 'HANDLER_TIMEOUT' ? new Error(outcome) : notWanted))
  })
  try {
    await Promise.race([next(), givenUp])
  } finally {
    running.delete(id)
  }
}

const answered = async ({ fallback }: RecoveryPolicy, context: MiddlewareContext): Promise<boolean> => {
  if (fallback === undefined) return false
  try {
    context.answer(await fallback(context.message, context))
    return true
  } catch (cause) {
    // The handler's own failure is what is told.
    safeLog(context.log).error({ err: cause }, 'The fallback failed.')
    return false
  }
}

/** The answer is not wanted any more: whether it would have come, nobody knows. */
const notWanted = new Error('The answer is not wanted any more.')

/** What the application did not mean: neither a refusal nor a cancel. */
const isFailure = (error: unknown): boolean =>
  error !== notWanted && !(BackchatError.is(error) && error.code === 'ABORTED') && mapThrown(error, true).unexpected

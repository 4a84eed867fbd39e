/** The model beside PROTOCOL.md holds, and spin refuses it as soon as one of its rules is broken. */

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findSpin } from '../../scripts/spin.mjs'
import { root, twoAtATime } from '../../scripts/workspace.mjs'

const model = join(root, 'docs/model/backchat.pml')
const tools = findSpin()

interface Check {
  /** `safety`: the assertions. `settles`: the assertions, and that everything comes to an end. */
  readonly of: 'safety' | 'settles'
  /** What is defined for the model: bounds, and a mistake. */
  readonly given: string
}

/** What must hold, each within bounds that keep it below ten seconds. */
const holds: Readonly<Record<string, Check>> = {
  'a lost link, a dead owner and a refusal harm no request': { of: 'safety', given: '' },
  'two owners that die harm none': { of: 'safety', given: 'FAULTS=2 CUTS=0 REFUSALS=0' },
  'a takeover of an idempotent request is honest': { of: 'safety', given: 'IDEMPOTENT' },
  'two requests do not harm each other': { of: 'safety', given: 'NUMBERS=2 FAULTS=0 REFUSALS=0' },
  'every request settles and is forgotten': { of: 'settles', given: 'REFUSALS=0' },
  'every request is answered, even if its caller never gives up': { of: 'settles', given: 'PATIENT' },
  'so it is after a start that its owner is not sure of': { of: 'settles', given: 'PATIENT DOUBTS=1 FAULTS=0' },
  'a start that its owner is not sure of harms no request': { of: 'settles', given: 'DOUBTS=1 FAULTS=0' },
  'a session that the store loses harms none but those that were sent': { of: 'settles', given: 'LOSSES=1 FAULTS=0' },
}

/** Mistakes, each with the smallest fault that shows it. */
const mistakes: Readonly<Record<string, Check>> = {
  'a request of an older link is begun': { of: 'safety', given: 'NO_FENCE' },
  'a handler starts before the journal knows': { of: 'safety', given: 'RUN_BEFORE_RECORD' },
  'a reply is forgotten once it was sent': { of: 'safety', given: 'FORGET_ON_SEND' },
  'what a dead owner started is run again': { of: 'safety', given: 'RERUN_DEAD' },
  'an owner that was declared dead finishes its run': { of: 'safety', given: 'FINISH_ANYWAY' },
  'a link is answered before its own request arrived': { of: 'safety', given: 'EARLY_ANSWER' },
  'a request is sent again in another session': { of: 'safety', given: 'SEND_AFTER_RESET LOSSES=1 FAULTS=0' },
  'a hello of an older link takes the session back': { of: 'settles', given: 'LATE_HELLO REFUSALS=0' },
  'who waits for a run does not notice that its owner died': { of: 'settles', given: 'NO_SECOND_LOOK PATIENT' },
  'an owner does not ask again what it is not sure of': {
    of: 'settles',
    given: 'LEAVE_DOUBTS PATIENT DOUBTS=1 FAULTS=0',
  },
}

let folder: string
const reports = new Map<Check, string>()

const command = promisify(execFile)

async function search({ of, given }: Check, dir: string, { spin, cc }: { spin: string; cc: string }): Promise<string> {
  const defined = given === '' ? [] : given.split(' ').map((word) => `-D${word}`)
  const compiled = of === 'safety' ? ['-DSAFETY', '-DNOCLAIM'] : ['-DNOFAIR']
  const options = of === 'safety' ? ['-E'] : ['-a']
  const atMost = { cwd: dir, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 }
  await command(spin, ['-a', ...defined, model], atMost)
  // Optimised, compiling takes longer than it saves.
  await command(cc, ['-O0', '-w', '-DVECTORSZ=2048', '-DMEMLIM=1024', ...compiled, '-o', 'pan', 'pan.c'], atMost)
  const { stdout } = await command(join(dir, 'pan'), [...options, '-m10000', '-w20'], atMost)
  return stdout
}

/** How many errors were found, if the search came to its end. */
function errorsIn(report: string | undefined): number {
  const [, errors] = /errors: (\d+)/.exec(report ?? '') ?? []
  if (errors === undefined || /too small|out of memory|memory limit/.test(report ?? ''))
    throw new Error(`The search did not come to its end:\n${report}`)
  return Number(errors)
}

/** Statements by line and text; that processes go on for ever is as it should be. */
function unreachedIn(report = ''): readonly string[] {
  const found = [...report.matchAll(/\.pml:(\d+), state \d+, "(.*)"/g)]
  return found.flatMap(([, line, text]) => (text === '-end-' ? [] : [`${line}: ${text}`]))
}

describe.skipIf('missing' in tools)('missing' in tools ? `the model (${tools.missing})` : 'the model', () => {
  beforeAll(async () => {
    if ('missing' in tools) return
    folder = await mkdtemp(join(tmpdir(), 'backchat-model-'))
    await twoAtATime([...Object.values(holds), ...Object.values(mistakes)], async (check) => {
      const dir = join(folder, String(reports.size) + check.given.replaceAll(/\W/g, '-'))
      await mkdir(dir)
      reports.set(check, await search(check, dir, tools))
    })
  })

  afterAll(() => ('missing' in tools ? undefined : rm(folder, { recursive: true, force: true })))

  describe('holds:', () => {
    test.each(Object.entries(holds))('%s', (_name, check) => {
      const report = reports.get(check)
      expect(errorsIn(report), report).toBe(0)
    })
  })

  describe('is refused when', () => {
    test.each(Object.entries(mistakes))('%s', (_name, check) => expect(errorsIn(reports.get(check))).toBe(1))
  })

  // A model in which nothing happens holds, too.
  test('has no statement that is never reached', () => {
    const [first = [], ...others] = Object.values(holds).map((check) => unreachedIn(reports.get(check)))
    expect(first.filter((statement) => others.every((unreached) => unreached.includes(statement)))).toEqual([])
  })
})

/** Requests: begun once, ended once, found again until the client has settled them [P-14 … P-22]. */

import { limits, type Range } from '@backchat/protocol'
import { like, same } from './expect.js'
import { begin, chunks, confirm, ended, finish, runOf, storeCase } from './subject.js'

export const journalCases = [
  storeCase('a request that is begun twice starts once', async (subject) => {
    const fence = await subject.fence()
    same(await subject.ask(begin(fence, 1)), { op: 'begin', status: 'new' }, 'The first begin')
    const started = { op: 'begin', status: 'started', owner: 'me', first: 0, chunks: [] }
    same(await subject.ask(begin(fence, 1)), started, 'The second begin')
    same(await subject.ask(begin(fence, 1, { owner: 'other' })), started, 'A begin by another node')
  }),

  storeCase('twice in one batch, it starts once, too', async (subject) => {
    const fence = await subject.fence()
    const results = await subject.apply(begin(fence, 1), begin(fence, 1))
    like(results, [{ status: 'new' }, { status: 'started' }], 'Two begins in a batch')
  }),

  storeCase('an answer is found again until it is confirmed, then the number is settled for ever', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    await subject.ask(begin(fence, 1))
    same(await subject.ask(finish(run, 'hi')), { op: 'finish', status: 'ok', count: 0 }, 'The end')
    const found = { op: 'begin', status: 'ended', ending: ended('hi'), count: 0, first: 0, chunks: [] }
    for (const which of ['first', 'second']) same(await subject.ask(begin(fence, 1)), found, `The ${which} look`)
    await subject.answers(confirm(fence, { floor: 1 }), { status: 'ok' })
    same(await subject.ask(begin(fence, 1)), { op: 'begin', status: 'settled' }, 'A begin of what is settled')
    await subject.answers(finish(run, 'again'), { status: 'fenced' })
  }),

  storeCase('an error is kept as it is', async (subject) => {
    const fence = await subject.fence()
    await subject.ask(begin(fence, 1))
    const ending = {
      ok: false,
      error: { code: 'FAILURE', message: 'No.', mayHaveExecuted: true, failure: { reasons: ['a', null, 1.5] } },
    } as const
    await subject.ask({ op: 'finish', run: runOf(fence, 1), count: 0, ending, bytes: 99 })
    like(await subject.ask(begin(fence, 1)), { status: 'ended', ending }, 'The stored error')
  }),

  storeCase('the journal forgets by floor and ranges, and ignores numbers that go backwards', async (subject) => {
    const fence = await subject.fence()
    for (let n = 1; n <= 8; n++) await subject.apply(begin(fence, n), finish(runOf(fence, n)))
    const statuses = async () => {
      const results = []
      for (let n = 1; n <= 8; n++) results.push((await subject.ask(begin(fence, n))).status)
      return results.map((status) => status[0]).join('')
    }
    const ranges: Range[] = [
      [4, 5],
      [8, 8],
    ]
    await subject.ask(confirm(fence, { floor: 2, settled: ranges }))
    same(await statuses(), 'ssessees', 'What is settled')
    await subject.ask(confirm(fence, { floor: 1 }))
    same(await statuses(), 'ssessees', 'What is settled after an older report')
    await subject.ask(confirm(fence, { floor: 8 }))
    same(await statuses(), 'ssssssss', 'What is settled in the end')
  }),

  storeCase('who only looks up starts nothing, and finds what there is', async (subject) => {
    const fence = await subject.fence()
    const lookUp = begin(fence, 1, { onlyLookUp: true })
    same(await subject.ask(lookUp), { op: 'begin', status: 'new' }, 'A look at nothing')
    same(await subject.ask(begin(fence, 1)), { op: 'begin', status: 'new' }, 'The begin after it')
    await subject.answers(lookUp, { status: 'started' })
  }),

  storeCase('a run ends once, by the owner that started it', async (subject) => {
    const fence = await subject.fence()
    await subject.ask(begin(fence, 1))
    same(await subject.ask(finish(runOf(fence, 1, 'other'), 'not mine')), { op: 'finish', status: 'fenced' }, 'Another')
    await subject.answers(finish(runOf(fence, 1), 'first'), { status: 'ok' })
    await subject.answers(finish(runOf(fence, 1), 'second'), { status: 'fenced' })
    await subject.answers(chunks(runOf(fence, 1), 0, 'late'), { status: 'fenced' })
    await subject.answers({ op: 'forget', run: runOf(fence, 1) }, { status: 'fenced' })
    await subject.answers(finish(runOf(fence, 7)), { status: 'fenced' })
    like(await subject.ask(begin(fence, 1)), { status: 'ended', ending: ended('first') }, 'What is kept')
  }),

  storeCase('a number that was cancelled before its request arrived never runs', async (subject) => {
    const fence = await subject.fence()
    same(await subject.ask({ op: 'cancel', fence, n: 3 }), { op: 'cancel', status: 'none' }, 'The cancel')
    await subject.answers(begin(fence, 3), { status: 'settled' })
    const next = await subject.fence({ attempt: 2, epoch: fence.epoch })
    await subject.answers(begin(next, 3), { status: 'settled' })
    await subject.answers(begin(next, 2), { status: 'new' })
  }),

  storeCase('a cancel tells whose run it is, and what that run still says is not written', async (subject) => {
    const fence = await subject.fence()
    await subject.ask(begin(fence, 1))
    const run = runOf(fence, 1)
    same(
      await subject.ask({ op: 'cancel', fence, n: 1 }),
      { op: 'cancel', status: 'started', owner: 'me' },
      'The cancel',
    )
    await subject.answers({ op: 'cancel', fence, n: 1 }, { status: 'none' })
    for (const late of [chunks(run, 0, 'a'), finish(run), { op: 'forget', run } as const]) {
      same(await subject.ask(late), { op: late.op, status: 'fenced' }, 'What comes late')
    }
    await subject.answers(begin(fence, 1), { status: 'settled' })
  }),

  storeCase('a cancel after the end drops the answer', async (subject) => {
    const fence = await subject.fence()
    await subject.apply(begin(fence, 1), finish(runOf(fence, 1)))
    same(await subject.ask({ op: 'cancel', fence, n: 1 }), { op: 'cancel', status: 'ended' }, 'The cancel')
    await subject.answers(begin(fence, 1), { status: 'settled' })
  }),

  storeCase('a run that was refused is forgotten, so that its number may come again', async (subject) => {
    const fence = await subject.fence()
    await subject.apply(begin(fence, 1), chunks(runOf(fence, 1), 0, 'a'))
    await subject.answers({ op: 'forget', run: runOf(fence, 1, 'other') }, { status: 'fenced' })
    same(await subject.ask({ op: 'forget', run: runOf(fence, 1) }), { op: 'forget', status: 'ok' }, 'The forgetting')
    same(await subject.ask(begin(fence, 1)), { op: 'begin', status: 'new' }, 'The begin after it')
    like(await subject.ask(begin(fence, 1)), { status: 'started', chunks: [] }, 'What is kept of it')
  }),

  storeCase('forgotten and begun anew in one batch, a run keeps nothing of what was before', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    await subject.apply(begin(fence, 1), chunks(run, 0, 'a', 'b'))
    await subject.apply({ op: 'forget', run }, begin(fence, 1), chunks(run, 0, 'x', 'y', 'z'))
    like(await subject.ask(begin(fence, 1)), { status: 'started', chunks: ['"x"', '"y"', '"z"'] }, 'The chunks')
    await subject.apply({ op: 'forget', run }, begin(fence, 1), chunks(run, 0, 'q'), finish(run, 'end', 1))
    like(await subject.ask(begin(fence, 1)), { status: 'ended', count: 1, chunks: ['"q"'] }, 'The chunks at the end')
  }),

  storeCase('chunks resume exactly at the one that is wanted, before and after the end', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    await subject.apply(begin(fence, 1), chunks(run, 0, 'a', 'b'))
    await subject.answers(chunks(run, 2, 'c'), { status: 'ok' })
    const started = { op: 'begin', status: 'started', owner: 'me', first: 1, chunks: ['"b"', '"c"'] }
    same(await subject.ask(begin(fence, 1, { from: 1 })), started, 'From 1, while it runs')
    like(
      await subject.ask(begin(fence, 1, { from: 9 })),
      { status: 'started', first: 9, chunks: [] },
      'From the future',
    )
    same(await subject.ask(finish(run, 'end', 3)), { op: 'finish', status: 'ok', count: 3 }, 'The end')
    const found = { op: 'begin', status: 'ended', ending: ended('end'), count: 3, first: 2, chunks: ['"c"'] }
    same(await subject.ask(begin(fence, 1, { from: 2 })), found, 'From 2, after the end')
  }),

  storeCase('a stream of which chunks were had has run, though nothing is known of it', async (subject) => {
    const fence = await subject.fence()
    same(await subject.ask(begin(fence, 1, { from: 1 })), { op: 'begin', status: 'lost' }, 'From 1')
    like(await subject.ask(begin(fence, 1)), { status: 'new' }, 'From 0')
  }),

  storeCase('a chunk that was taken is lost, before and after the end', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    await subject.apply(begin(fence, 1), chunks(run, 0, 'a', 'b', 'c'))
    await subject.ask(confirm(fence, { chunks: [[1, 2]] }))
    same(await subject.ask(begin(fence, 1, { from: 1 })), { op: 'begin', status: 'lost' }, 'From 1')
    await subject.ask(confirm(fence, { chunks: [[1, 1]] }))
    like(await subject.ask(begin(fence, 1, { from: 2 })), { first: 2, chunks: ['"c"'] }, 'From 2')
    await subject.ask(finish(run, 'end', 3))
    await subject.ask(confirm(fence, { chunks: [[1, 99]] }))
    same(
      await subject.ask(begin(fence, 1, { from: 2 })),
      { op: 'begin', status: 'lost' },
      'From 2, after all were taken',
    )
    like(await subject.ask(begin(fence, 1, { from: 3 })), { status: 'ended', count: 3, chunks: [] }, 'From 3')
  }),

  storeCase('all chunks may be taken while it runs, and the next one still has its number', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    await subject.apply(begin(fence, 1), chunks(run, 0, 'a', 'b'))
    await subject.ask(confirm(fence, { chunks: [[1, 2]] }))
    await subject.answers(chunks(run, 0, 'a'), { status: 'fenced' })
    await subject.answers(chunks(run, 2, 'c'), { status: 'ok' })
    like(await subject.ask(begin(fence, 1, { from: 2 })), { first: 2, chunks: ['"c"'] }, 'From 2')
  }),

  storeCase(
    'a chunk that is not the next one is not written, and a stream with a hole never looks whole',
    async (subject) => {
      const fence = await subject.fence()
      const run = runOf(fence, 1)
      await subject.apply(begin(fence, 1), chunks(run, 0, 'a'))
      for (const first of [0, 2])
        same(await subject.ask(chunks(run, first, 'x')), { op: 'chunks', status: 'fenced' }, 'It')
      await subject.answers(finish(run, 'end', 3), { status: 'fenced' })
      for (const from of [0, 1]) await subject.answers(begin(fence, 1, { from }), { status: 'lost' })
    },
  ),

  storeCase('an error may end a stream whatever was stored of it', async (subject) => {
    const fence = await subject.fence()
    const run = runOf(fence, 1)
    const error = { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true } as const
    await subject.apply(begin(fence, 1), chunks(run, 0, 'a'))
    const result = await subject.ask({ op: 'finish', run, count: 3, ending: { ok: false, error }, bytes: 9 })
    same(result, { op: 'finish', status: 'ok', count: 1 }, 'The end')
    like(await subject.ask(begin(fence, 1, { from: 1 })), { status: 'ended', count: 1 }, 'What is kept')
  }),

  storeCase(
    'stored answers are bounded: what ended first is lost first, and that it ran stays known',
    async (subject) => {
      const fence = await subject.fence()
      const part = limits.journalBytes / 4
      for (const n of [1, 2, 3, 4]) await subject.ask(begin(fence, n))
      const large = (n: number, parts: number) => finish(runOf(fence, n), 'x'.repeat(parts * part - 2))
      for (const [n, parts] of [
        [2, 2],
        [1, 1],
        [3, 1],
      ] as const)
        await subject.answers(large(n, parts), { status: 'ok' })
      await subject.answers(begin(fence, 2), { status: 'ended' })
      await subject.ask(large(4, 2))
      const statuses = []
      for (const n of [1, 2, 3, 4]) statuses.push((await subject.ask(begin(fence, n))).status)
      same(statuses, ['ended', 'lost', 'ended', 'ended'], 'What is kept')
      await subject.ask(confirm(fence, { floor: 4 }))
      await subject.answers(begin(fence, 2), { status: 'settled' })
    },
  ),

  storeCase('several that end in one batch are lost in the order of their ends', async (subject) => {
    const fence = await subject.fence()
    const half = 'x'.repeat(limits.journalBytes / 2 - 2)
    for (const n of [1, 2, 3]) await subject.ask(begin(fence, n))
    await subject.apply(finish(runOf(fence, 2), half), finish(runOf(fence, 1), half))
    await subject.ask(finish(runOf(fence, 3), half))
    await subject.answers(begin(fence, 2), { status: 'lost' })
    await subject.answers(begin(fence, 1), { status: 'ended' })
  }),

  storeCase('chunks that are taken make room for answers', async (subject) => {
    const fence = await subject.fence()
    const half = 'x'.repeat(limits.journalBytes / 2 - 2)
    await subject.apply(begin(fence, 1), chunks(runOf(fence, 1), 0, half), finish(runOf(fence, 1), 'end', 1))
    await subject.ask(confirm(fence, { chunks: [[1, 1]] }))
    for (const n of [2, 3]) await subject.apply(begin(fence, n), finish(runOf(fence, n), half.slice(50)))
    for (const n of [1, 2, 3]) await subject.answers(begin(fence, n, { from: n === 1 ? 1 : 0 }), { status: 'ended' })
  }),

  storeCase('the newest answer is kept however large it is', async (subject) => {
    const fence = await subject.fence()
    await subject.apply(begin(fence, 1), begin(fence, 2), finish(runOf(fence, 1), 'small'))
    await subject.ask(finish(runOf(fence, 2), 'x'.repeat(limits.journalBytes)))
    await subject.answers(begin(fence, 1), { status: 'lost' })
    await subject.answers(begin(fence, 2), { status: 'ended' })
  }),

  storeCase('a journal holds a bounded number of requests; what it holds is found even then', async (subject) => {
    const fence = await subject.fence()
    const most = 16 * limits.window
    await subject.apply(...Array.from({ length: most }, (_, index) => begin(fence, index + 1)))
    same(await subject.ask(begin(fence, most + 1)), { op: 'begin', status: 'full' }, 'One more')
    await subject.answers(begin(fence, most + 1, { onlyLookUp: true }), { status: 'new' })
    await subject.answers(begin(fence, most), { status: 'started' })
    await subject.ask(confirm(fence, { settled: [[7, 7]] }))
    await subject.answers(begin(fence, most + 1), { status: 'new' })
  }),

  storeCase('settled numbers take a bounded number of ranges, and none of them ever runs again', async (subject) => {
    const fence = await subject.fence()
    const most = limits.ranges + 4 * limits.window
    await subject.ask(begin(fence, 2))
    const everyOther: Range[] = Array.from({ length: most + 1 }, (_, index) => [2 * index + 3, 2 * index + 3])
    await subject.ask(confirm(fence, { settled: everyOther }))
    for (const n of [2, 3]) await subject.answers(begin(fence, n), { status: 'settled' })
    await subject.answers(begin(fence, 2 * most + 2), { status: 'new' })
  }),

  storeCase('a run writes its chunks and its end whatever becomes of links', async (subject) => {
    const old = await subject.fence()
    await subject.ask(begin(old, 1))
    const fence = await subject.fence({ attempt: 2 })
    await subject.detach(2)
    await subject.answers(chunks(runOf(old, 1), 0, 'a'), { status: 'ok' })
    await subject.answers(finish(runOf(old, 1), 'end', 1), { status: 'ok', count: 1 })
    like(await subject.ask(begin(fence, 1)), { status: 'ended', chunks: ['"a"'] }, 'What is kept')
  }),
]

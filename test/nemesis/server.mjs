/** The server that is killed: a process of its own, which writes each run to the history before anything else of it. */

import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketManager } from '@backchat/server'
import { nanoid } from 'nanoid'

const [port, historyFile, storeName, storePath, incarnation, drainMs] = process.argv.slice(2)
const pushEveryMs = 100

// Opened to append, and written without a buffer: what the kernel has survives the process.
const history = openSync(historyFile, 'a')
const write = (fact) => {
  const atMs = Number(process.hrtime.bigint() / 1_000n) / 1_000
  writeSync(history, `${JSON.stringify({ atMs, ...fact })}\n`)
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const manager = new WebSocketManager({
  port: Number(port),
  host: '127.0.0.1',
  logger: silent,
  // The token is the client's name, so that the history knows whose session it is.
  authenticate: (token) => ({ id: token }),
  ...(await storeOption()),
})

async function storeOption() {
  if (storeName === 'memory') return {}
  const { lmdbStore } = await import('@backchat/store-lmdb')
  return { store: lmdbStore({ path: storePath }) }
}

const started = (message) => {
  const run = nanoid()
  write({ kind: 'started', id: message.id, run })
  return run
}

const work = async (message) => {
  const run = started(message)
  await sleep(message.content.ms)
  write({ kind: 'returning', run })
  return { run }
}

manager.registerHandler('work', work)
manager.registerHandler('lookup', work, { idempotent: true })
manager.registerHandler('note', async (message) => void (await work(message)))
manager.registerHandler('story', async function* (message) {
  const run = started(message)
  for (let chunk = 0; chunk < message.content.chunks; chunk++) {
    await sleep(5)
    yield { run, chunk }
  }
  write({ kind: 'returning', run })
  return { run }
})
manager.registerHandler('init', () => null)

manager.on('error', (error) => write({ kind: 'reported', by: 'server', code: error.code, text: String(error) }))

const timers = new Map()
let pushes = 0

function appended(sent) {
  if (!sent.ok) return sent.error.mayHaveExecuted ? 'maybe' : 'no'
  return sent.sessions > 0 ? 'yes' : 'no'
}

async function push(session) {
  pushes += 1
  const push = `${incarnation}.${pushes}`
  write({ kind: 'pushing', session, push })
  const sent = await manager.sendToSession(session, { type: 'tick', content: { push } })
  write({ kind: 'pushed', push, appended: appended(sent) })
  return push
}

manager.on('connection', ({ session, user }) => {
  write({ kind: 'attached', session: session.id, client: user.id })
  if (!timers.has(session.id)) timers.set(session.id, setInterval(push, pushEveryMs, session.id))
})
manager.on('sessionEnded', ({ id }) => {
  clearInterval(timers.get(id))
  timers.delete(id)
})
// The timer stays in the table, so that a connection starts no other one.
manager.registerHandler('hush', async (_, { session }) => {
  clearInterval(timers.get(session.id))
  return { last: await push(session.id) }
})

process.once('SIGTERM', async () => {
  await manager.close({ drain: Number(drainMs) })
  process.exit(0)
})
// Whoever started it is gone: so is it.
process.once('disconnect', () => process.exit(0))

await manager.ready
process.send('ready')

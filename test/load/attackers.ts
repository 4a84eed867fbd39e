/** Many sockets of bad will, in a process of their own: each misbehaves in its way, and comes again when it was ended. */

import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { frame, opcodes, text, upgradeRequest } from '../integration/security/raw-socket.js'
import { answering, argument } from './offspring.js'

export interface AttackOptions {
  readonly port: number
  readonly sockets: number
}

export interface AttackFigures {
  /** Sockets that were opened, by what they do. */
  readonly opened: Readonly<Record<string, number>>
  /** Those that are open, or on their way. */
  readonly open: number
}

/** One that was ended comes again after that time. */
const pauseMs = 2_000
/** All come within this time. */
const comingMs = 4_000

const { port, sockets } = argument<AttackOptions>(0)

/** What a socket does once it is connected; each second it goes on with `more`. */
interface Behaviour {
  readonly first?: () => Buffer | string
  /** What is written in the second `second` after. */
  readonly more?: (second: number) => Buffer | string | undefined
}

const named = randomBytes(16).toString('base64url')
const hello = () =>
  text({
    kind: 'hello',
    version: 1,
    client: named,
    secret: randomBytes(32).toString('base64url'),
    attempt: 2 ** 40,
    lastPush: 0,
    floor: 0,
    settled: [],
    page: 'page',
  })
const upgrade = (more = '') => upgradeRequest(port).replace('\r\n\r\n', `\r\n${more}\r\n`)
const byteOf = (bytes: Buffer, at: number) => (at < bytes.length ? bytes.subarray(at, at + 1) : undefined)
const slowHello = hello()

const behaviours: Readonly<Record<string, Behaviour>> = {
  'connects and is silent': {},
  'sends headers byte by byte': { more: (second) => byteOf(Buffer.from(upgrade()), second) },
  'sends headers without end': { first: () => upgrade().slice(0, -2), more: (second) => `X-${second}: more\r\n` },
  'upgrades and is silent': { first: () => upgrade() },
  'upgrades and pings': { first: () => upgrade(), more: () => frame({ opcode: opcodes.ping }) },
  'says hello byte by byte': { first: () => upgrade(), more: (second) => byteOf(slowHello, second) },
  'announces 256 MB': {
    first: () => Buffer.concat([Buffer.from(upgrade()), frame({ opcode: opcodes.text, announces: 2n ** 28n })]),
  },
  'says 16 KiB that are no hello': {
    first: () => Buffer.concat([Buffer.from(upgrade()), text(`"${'x'.repeat(16_000)}"`)]),
  },
  'guesses a secret': { first: () => Buffer.concat([Buffer.from(upgrade()), hello()]) },
  'comes from another origin': { first: () => upgrade('Origin: https://evil.example\r\n') },
}
const names = Object.keys(behaviours)

const opened: Record<string, number> = {}
const open = new Set<Socket>()
const timers = new Set<NodeJS.Timeout>()
let rages = false

function later(ms: number, call: () => void): void {
  const timer = setTimeout(() => {
    timers.delete(timer)
    call()
  }, ms)
  timers.add(timer)
}

function come(who: number): void {
  if (!rages) return
  const name = names[who % names.length] ?? ''
  const { first, more } = behaviours[name] ?? {}
  // It leaves its half open when the server closes: the server must not wait for it.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  opened[name] = (opened[name] ?? 0) + 1
  open.add(socket)
  let seconds = 0
  const goesOn = setInterval(() => {
    const bytes = more?.(seconds)
    seconds += 1
    if (bytes !== undefined && socket.writable) socket.write(bytes)
  }, 1_000)
  const over = () => {
    clearInterval(goesOn)
    if (open.delete(socket)) later(pauseMs, () => come(who))
  }
  socket.on('connect', () => first && socket.write(first()))
  socket.on('error', () => {})
  socket.on('data', () => {})
  // The server has closed; what is left of it is here alone.
  socket.on('end', () => {
    over()
    later(pauseMs, () => socket.destroy())
  })
  socket.on('close', over)
}

answering({
  rage: () => {
    rages = true
    for (let who = 0; who < sockets; who++) later((comingMs * who) / sockets, () => come(who))
  },
  /** Nobody comes again; who is there stays. */
  rest: () => {
    rages = false
  },
  look: (): AttackFigures => ({ opened, open: open.size }),
  end: () => {
    rages = false
    for (const timer of timers) clearTimeout(timer)
    for (const socket of open) socket.destroy()
  },
})

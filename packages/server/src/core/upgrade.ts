/** The door: which HTTP upgrades become links. All of it is judged before the upgrade is answered. */

import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { limits, subprotocol } from '@backchat/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { originAllowed } from './origin.js'

export interface UpgradeOptions {
  /** The path of the URL that is served, exactly; undefined for any. */
  readonly path: string | undefined
  /** The pages that may connect; undefined for those of the same origin. */
  readonly origins: readonly string[] | undefined
  /** Largest message of a client, in bytes. */
  readonly messageBytes: number
  /** Another listener has taken the same socket, for example a second manager on the same path. */
  readonly failed: (error: unknown) => void
  /** An upgrade was refused for the origin of its page. */
  readonly refusedOrigin: (request: IncomingMessage) => void
  readonly accepted: (socket: WebSocket, stream: Duplex, request: IncomingMessage) => void
}

/** A peer that does not answer our close frame has this long until its socket is destroyed. */
const closeTimeoutMs = 1_000

type UpgradeListener = (request: IncomingMessage, stream: Duplex, head: Buffer) => void

/** The doors of each server, of however many managers: what listens to upgrades, and the path that it serves, undefined for any. */
const doors = new WeakMap<Server, Map<unknown, string | undefined>>()

/** Serves the upgrades of one path of an HTTP server; returns how to stop. */
export const acceptUpgrades = (server: Server, options: UpgradeOptions): (() => void) => {
  const sockets = webSocketServer(options.messageBytes)
  const upgrade: UpgradeListener = (request, stream, head) => {
    const refusal = judge(request, options)
    if (refusal?.status === 404 && !isOursToRefuse(server, upgrade, pathOf(request))) return
    if (refusal?.status === 403) options.refusedOrigin(request)
    try {
      if (refusal !== undefined) refuse(stream, refusal)
      else sockets.handleUpgrade(request, stream, head, (socket) => options.accepted(socket, stream, request))
    } catch (error) {
      options.failed(error)
    }
  }
  doorsOf(server).set(upgrade, options.path)
  server.on('upgrade', upgrade)
  return () => {
    doorsOf(server).delete(upgrade)
    server.off('upgrade', upgrade)
    sockets.close()
  }
}

const doorsOf = (server: Server): Map<unknown, string | undefined> => {
  const ours = doors.get(server) ?? new Map<unknown, string | undefined>()
  doors.set(server, ours)
  return ours
}

/**
 * Whether a door has to answer for a path that it does not serve. On a shared server other paths are others' business; where nobody
 * but managers listens, and none serves the path, the first of them says so. Else the socket would be nobody's, and stay for ever.
 */
const isOursToRefuse = (server: Server, door: UpgradeListener, path: string | undefined): boolean => {
  const ours = doorsOf(server)
  const listeners = server.listeners('upgrade')
  if (!listeners.every((listener) => ours.has(listener))) return false
  const isServed = [...ours.values()].some((served) => served === undefined || served === path)
  return !isServed && listeners[0] === door
}

/** Answers all upgrades with 503, which tells a client to try again elsewhere or later; returns how to stop. */
export const turnAway = (server: Server): (() => void) => {
  const upgrade: UpgradeListener = (_request, stream) =>
    refuse(stream, { status: 503, reason: 'The server goes away and takes nobody new.' })
  server.on('upgrade', upgrade)
  return () => server.off('upgrade', upgrade)
}

/** No compression: it costs 255 KB a connection and its window leaks lengths of secrets [P-1]. */
export const webSocketServer = (messageBytes: number): WebSocketServer => {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageBytes + limits.envelopeBytes,
    closeTimeout: closeTimeoutMs,
    handleProtocols: () => subprotocol,
  }
  return new WebSocketServer(options)
}

interface Refusal {
  readonly status: number
  readonly reason: string
}

const judge = (request: IncomingMessage, options: UpgradeOptions): Refusal | undefined => {
  if (options.path !== undefined && pathOf(request) !== options.path)
    return { status: 404, reason: 'Nothing is served at this path.' }
  if (!offers(request, subprotocol)) return { status: 400, reason: `The subprotocol ${subprotocol} must be offered.` } // [P-1]
  if (!originAllowed(request, options.origins)) return { status: 403, reason: 'Pages of this origin may not connect.' }
  return undefined
}

const pathOf = (request: IncomingMessage): string | undefined => request.url?.split('?', 1)[0]

const offers = (request: IncomingMessage, protocol: string): boolean =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').some((offer) => offer.trim() === protocol)

/** Answers over the bare stream: an upgrade has no `ServerResponse`. */
const refuse = (stream: Duplex, { status, reason }: Refusal): void => {
  // The peer may be gone by now, and an error without a listener would end the process.
  stream.on('error', () => stream.destroy())
  stream.once('finish', () => stream.destroy())
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  )
}

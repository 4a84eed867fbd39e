/** The HTTP server that stands behind the option `port`: impatient with whoever only opens sockets. */

import { createServer, type RequestListener, type Server } from 'node:http'

/** Headers must be there within this time. Node looks for offenders only at intervals, by default each 30 s. */
const headersTimeoutMs = 5_000
const lookEveryMs = 500

/**
 * So many connections wait for a server that is busy, where the kernel allows it. What finds no room is lost and comes again after 1 s,
 * then 2, then 4: by default there is room for 511, and a herd that comes back is larger.
 */
const backlog = 4_096

export const createOwnServer = (answer: RequestListener): Server =>
  createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: headersTimeoutMs,
      connectionsCheckingInterval: lookEveryMs,
    },
    answer,
  )

/** Why a server cannot listen, in a sentence that says what to do about it. */
export const whyNotListening = (error: unknown): string => {
  if (!(error instanceof Error)) return 'The manager cannot listen.'
  const { code, port, address, hostname } = error as ListenError
  const host = hostname ?? (anyAddress.includes(address) ? undefined : address)
  const where = [port && `port ${port}`, host].filter(Boolean).join(' of ')
  return `The manager cannot listen on ${where || 'its port'}: ${reasons.get(code) ?? `${error.message}.`}`
}

/** What Node adds to the error. */
interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number
  readonly address?: string
  /** A name that was looked up in vain. */
  readonly hostname?: string
}

const anyAddress: readonly unknown[] = ['::', '0.0.0.0']
const noAddress = 'the option host is no address of this machine.'
const reasons: ReadonlyMap<string | undefined, string> = new Map([
  ['EADDRINUSE', 'it is taken. End the process that listens there, or choose another port.'],
  ['EACCES', 'this user may not. Ports below 1024 are for the administrator: choose another one.'],
  ['EADDRNOTAVAIL', noAddress],
  ['ENOTFOUND', noAddress],
])

/** Resolves when the server listens; rejects when it cannot, for example because the port is taken. */
export const listen = (server: Server, where: { port: number; host: string | undefined }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...where, backlog }, () => {
      server.off('error', reject)
      resolve()
    })
  })

/**
 * Takes no more connections, and drops what is left of plain HTTP. Resolves when the last connection has gone: upgraded
 * sockets are not touched, but waited for.
 */
export const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // The one error there is says that the server does not listen, which is what was wanted.
    server.close(() => resolve())
    server.closeAllConnections()
  })

/**
 * What both ends call things when they trace: attributes as OpenTelemetry's semantic conventions for RPC name them, events
 * and attributes of our own.
 */

import type { ErrorCode } from './errors.js'
import type { RequestMode } from './frames.js'
import type { JsonObject } from './json.js'

/** Events of a span. */
export const rpcEvents = {
  /** A link took the request for the first time. */
  sent: 'backchat.sent',
  /** Where it was asked: another link took the same request. On the other end: the session of a request that runs is on another link. */
  resumed: 'backchat.resumed',
  /** The link was lost; the request goes on. */
  disconnected: 'backchat.disconnected',
  /** The server wants to be asked again later. */
  putOff: 'backchat.put_off',
  /** Where it was asked: sent again after it was put off. On the other end: its handler was called again. */
  retried: 'backchat.retried',
  /** The first chunk of a stream. */
  firstChunk: 'backchat.first_chunk',
} as const

/** What is known as a request begins. */
export interface RpcFacts {
  readonly id: string
  readonly type: string
  readonly mode: RequestMode
}

/** `rpc.system` is the older name of `rpc.system.name`: what shows traces may know either. */
export const rpcAttributes = ({ id, type, mode }: RpcFacts) => ({
  'rpc.system.name': 'backchat',
  'rpc.system': 'backchat',
  'rpc.method': type,
  'backchat.message.id': id,
  'backchat.mode': mode,
})

/** How it ended; `failed`: whether that is an error on this side. */
export const rpcOutcome = (outcome: 'ok' | ErrorCode, failed: boolean) => ({
  'rpc.response.status_code': outcome,
  ...(failed && { 'error.type': outcome }),
})

/** Durations of calls, in seconds; the bounds are those of the conventions. */
export const rpcDurations = {
  client: 'rpc.client.call.duration',
  server: 'rpc.server.call.duration',
  options: {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
  },
}

/** What durations are told apart by: no ids. */
export const rpcSeries = (type: string, outcome: 'ok' | ErrorCode, failed: boolean) => ({
  'rpc.system.name': 'backchat',
  'rpc.method': type,
  ...rpcOutcome(outcome, failed),
})

/** The host and port of a URL, unless it is none. */
export const serverAttributes = (url: unknown): { readonly [name: string]: string | number } => {
  const text = String(url)
  if (!URL.canParse(text)) return {}
  const { hostname, port, protocol } = new URL(text)
  const usual = protocol === 'wss:' ? 443 : 80
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) }
}

/** Reads metadata for a propagator of OpenTelemetry, which expects texts: a peer may say anything. */
export const rpcCarrier = {
  keys: (metadata: JsonObject): string[] => Object.keys(metadata),
  get: (metadata: JsonObject, key: string): string | undefined => {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    return typeof value === 'string' ? value : undefined
  },
}

/** Metadata with what a propagator wrote. What is no object stays as it is: the message is refused for it. */
export const rpcMetadata = (metadata: unknown, written: JsonObject): unknown => {
  const given = metadata ?? {}
  return typeof given === 'object' && !Array.isArray(given) ? { ...given, ...written } : metadata
}

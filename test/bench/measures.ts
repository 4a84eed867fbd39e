/** What is measured, each with its unit, which way is better, and what Backchat is to reach. */

import type { PeerName } from './peers/peers.js'

export interface Measure {
  readonly title: string
  readonly unit: string
  readonly better: 'more' | 'less'
  /** Ratio to the floor that is aimed at, with sessions in memory and in LMDB. */
  readonly goal?: { readonly memory: number; readonly lmdb: number }
}

export const measures = {
  p50: { title: 'One client, p50', unit: 'µs', better: 'less', goal: { memory: 1.15, lmdb: 1.3 } },
  p99: { title: 'One client, p99', unit: 'µs', better: 'less' },
  '1×64': { title: '1 client × 64 in flight', unit: 'requests/s', better: 'more', goal: { memory: 1, lmdb: 0.7 } },
  '1×1024': { title: '1 client × 1,024 in flight', unit: 'requests/s', better: 'more', goal: { memory: 1, lmdb: 0.7 } },
  '200×8': { title: '200 clients × 8 in flight', unit: 'requests/s', better: 'more', goal: { memory: 1, lmdb: 0.7 } },
  broadcast: { title: 'Broadcast to 200', unit: 'deliveries/s', better: 'more', goal: { memory: 1, lmdb: 0.7 } },
  streams: { title: '50 streams × 2,000 chunks', unit: 'chunks/s', better: 'more', goal: { memory: 1.3, lmdb: 0.8 } },
  cpu: { title: 'Server CPU per request, 1 × 64', unit: 'µs', better: 'less', goal: { memory: 1.1, lmdb: 1.5 } },
  clientCpu: { title: 'Client CPU per request, 1 × 64', unit: 'µs', better: 'less' },
  cpu200: { title: 'Server CPU per request, 200 × 8', unit: 'µs', better: 'less' },
  clientCpu200: { title: 'Client CPU per request, 200 × 8', unit: 'µs', better: 'less' },
  broadcastCpu: { title: 'Server CPU per delivery', unit: 'µs', better: 'less' },
  broadcastClientCpu: { title: 'Client CPU per delivery', unit: 'µs', better: 'less' },
  streamsCpu: { title: 'Server CPU per chunk', unit: 'µs', better: 'less' },
  streamsClientCpu: { title: 'Client CPU per chunk', unit: 'µs', better: 'less' },
  open50: { title: 'At a fixed rate, p50', unit: 'µs', better: 'less' },
  open99: { title: 'At a fixed rate, p99', unit: 'µs', better: 'less' },
  open999: { title: 'At a fixed rate, p99.9', unit: 'µs', better: 'less' },
  openCpu: { title: 'At a fixed rate, server CPU per request', unit: 'µs', better: 'less' },
  connects: { title: 'Connects per second', unit: 'connects/s', better: 'more' },
  idle: { title: 'Memory per idle session', unit: 'KiB', better: 'less' },
  storm: { title: 'Storm after kill -9, all answered', unit: 's', better: 'less' },
} as const satisfies { [name: string]: Measure }

export type MeasureName = keyof typeof measures
export const measureNames = Object.keys(measures) as readonly MeasureName[]

/** What one peer came to in one round. */
export type Results = { readonly [Name in MeasureName]?: number }
/** What all of them came to, each round by itself: only what stands in one round is compared. */
export type Round = { readonly [Name in PeerName]?: Results }

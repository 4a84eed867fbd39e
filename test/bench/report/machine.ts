/** On what was measured: without it no figure means anything. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { pinned } from '../child.js'

const modules = ['ws', 'socket.io', 'rpc-websockets', '@trpc/server', 'lmdb']

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly system: string
  readonly node: string
  readonly versions: { readonly [name: string]: string }
  /** Whether server and clients had a core each. */
  readonly pinned: boolean
  /** Processes that wanted to run in the last minute, ours included: beyond two, others were at work. */
  readonly load: number
}

export function thisMachine(): Machine {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    versions: Object.fromEntries(modules.map((name) => [name, versionOf(name)])),
    pinned,
    load: loadavg()[0] ?? Number.NaN,
  }
}

/** From its package.json, which not every package exports. */
function versionOf(name: string): string {
  const from =
    name === 'lmdb'
      ? createRequire(createRequire(import.meta.url).resolve('@backchat/store-lmdb'))
      : createRequire(import.meta.url)
  for (const folder of from.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version
    } catch {
      // It is not there.
    }
  }
  return 'unknown'
}

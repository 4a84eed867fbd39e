/** For tests: starts the child from its source. */

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Operation, Result } from '@backchat/server/store'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** Builds the child beside the packages that it needs. */
export const buildChild = async (): Promise<string> => {
  const outfile = join(root, 'node_modules/.cache/crash-child.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['backchat-source'],
    external: ['lmdb'],
  })
  return outfile
}

export interface Writing {
  readonly path: string
  /** The number of the first batch. */
  readonly first: number
  /** Of the hellos of its sessions. */
  readonly attempt: number
  readonly killAfterMs: number
  /** Called now and then with the number of the last batch that was answered. */
  readonly meanwhile?: (batch: number) => void
}

/** Lets a child write, and kills it; gives the number of the last batch that was answered. */
export const writeUntilKilled = async (script: string, writing: Writing): Promise<number> => {
  const { path, first, attempt, killAfterMs, meanwhile } = writing
  const args = [script, path, 'write', `${first}`, `${attempt}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  // The last line may have been cut short.
  const last = () => Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (told.includes('\n')) meanwhile?.(last())
  })
  await once(child.stdout, 'data')
  await new Promise((resolve) => setTimeout(resolve, killAfterMs))
  child.kill('SIGKILL')
  await once(child, 'close')
  return last()
}

/** Another process that carries out what it is sent. */
export class Neighbour {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** `fileKiB`: the largest file that it may write, as on a disk that is full. */
  static async start(script: string, path: string, fileKiB?: number): Promise<Neighbour> {
    const child = fileKiB === undefined ? fork(script, [path, 'serve']) : limited(fileKiB, [script, path, 'serve'])
    await once(child, 'message')
    return new Neighbour(child)
  }

  async apply(...operations: readonly Operation[]): Promise<readonly Result[]> {
    this.#child.send([...operations])
    const [results] = await once(this.#child, 'message')
    if (typeof results === 'string') throw new Error(results)
    return results
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}

/** Any shell of POSIX can do that; it counts in blocks of 512 bytes. */
const limited = (fileKiB: number, args: readonly string[]): ChildProcess => {
  const command = `trap '' XFSZ; ulimit -f ${fileKiB * 2}; exec "$0" "$@"`
  return spawn('sh', ['-c', command, process.execPath, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

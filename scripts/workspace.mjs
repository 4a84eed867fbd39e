/** What the workspace holds, and how the scripts run a command in it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')
/** Where the scripts remember what is done; gone together with node_modules. */
export const cache = join(root, 'node_modules/.cache/backchat')
export const pnpm = ['npx', '-y', 'pnpm@12.21.0']
export const onCi = process.env['CI'] === 'true'

/** @param {string} path @returns {any} */
export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** The folders of a kind (`packages`, `examples`) that are packages. @param {string} kind */
export function foldersOf(kind) {
  const home = join(root, kind)
  if (!existsSync(home)) return []
  const folders = readdirSync(home).map((name) => `${kind}/${name}`)
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).sort()
}

/**
 * The files below a folder that pass, as paths relative to it, in a stable order.
 * @param {string} folder
 * @param {(file: string) => boolean} passes
 * @param {readonly string[]} [without] names of folders that are left out
 */
export function filesBelow(folder, passes, without = ['node_modules', 'dist']) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const paths = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/'),
  )
  const isLeftOut = (/** @type {string} */ path) => path.split('/').some((name) => without.includes(name))
  return paths.filter((path) => !isLeftOut(path) && passes(path)).sort()
}

/**
 * Runs a command and tells its exit code; with `quiet`, its output instead of showing it.
 * @param {string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run([program = '', ...args], { cwd = root, env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      shell: process.platform === 'win32',
    })
    let output = ''
    child.stdout?.on('data', (piece) => {
      output += piece
    })
    child.stderr?.on('data', (piece) => {
      output += piece
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * Runs a command that starts processes of its own, and ends with it whatever it leaves behind.
 * @param {string[]} command
 * @param {{ env: NodeJS.ProcessEnv, timeoutMs: number }} options
 * @returns {Promise<{ code: number, leftBehind: boolean }>}
 */
export async function runWithOffspring([program = '', ...args], { env, timeoutMs }) {
  const grouped = process.platform !== 'win32'
  const options = { cwd: root, env: { ...process.env, ...env }, detached: grouped, shell: !grouped }
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
  /** Tells whether there was anybody to get the signal. @param {NodeJS.Signals | 0} signal */
  const tellAll = (signal) => {
    try {
      return process.kill(grouped ? -(child.pid ?? 0) : (child.pid ?? 0), signal)
    } catch {
      return false
    }
  }
  // In a group of its own it does not hear Ctrl-C.
  const interrupted = () => {
    tellAll('SIGKILL')
    process.exit(130)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const timer = setTimeout(tellAll, timeoutMs, 'SIGKILL')
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  // What is about to end by itself has a moment to do so.
  for (let tries = 0; tries < 20 && tellAll(0); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100))
  return { code: code ?? 1, leftBehind: tellAll('SIGKILL') }
}

/**
 * Does a job for each item, two at a time: what a small machine bears.
 * @template T, R
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<R>} job
 */
export async function twoAtATime(items, job) {
  const results = /** @type {R[]} */ (new Array(items.length))
  const left = [...items.entries()]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await job(next[1])
  }
  await Promise.all([work(), work()])
  return results
}

/** Whether a script was called by name, rather than imported. @param {string} url */
export const isMain = (url) => process.argv[1] !== undefined && url.endsWith(process.argv[1].replaceAll('\\', '/'))

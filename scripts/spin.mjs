/** Finds the model checker spin and the C compiler that it needs, or installs Debian's where that is possible. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './workspace.mjs'

/** Another program of that name is about, so it has to say who it is. @param {string} path */
function isSpin(path) {
  try {
    return execFileSync(path, ['-V'], { encoding: 'utf8', stdio: 'pipe' }).startsWith('Spin Version')
  } catch {
    return false
  }
}

/** @param {string} path */
function isCompiler(path) {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** @param {string} name */
const onPath = (name) =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].map((folder) => join(folder, name)).filter(existsSync)

/** Looks, and installs nothing. @returns {{ spin: string, cc: string } | { missing: string }} */
export function findSpin() {
  const chosen = process.env['SPIN_PATH']
  if (chosen && !isSpin(chosen)) return { missing: `SPIN_PATH names ${chosen}, which is no model checker` }
  const spin = chosen || onPath('spin').find(isSpin)
  if (!spin) return { missing: 'no model checker spin was found; apt-get install spin, or set SPIN_PATH' }
  const cc = ['gcc', 'cc'].flatMap(onPath).find(isCompiler)
  return cc ? { spin, cc } : { missing: 'no C compiler was found, which spin needs; apt-get install gcc libc6-dev' }
}

/** @returns {Promise<{ spin: string, cc: string } | { missing: string }>} */
export async function spin() {
  const found = findSpin()
  const installs = !process.env['SPIN_PATH'] && existsSync('/etc/debian_version') && process.getuid?.() === 0
  if ('spin' in found || !installs) return found
  console.log('Installing spin…')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run(['apt-get', '-qq', 'update'], { env, quiet: true })
  const { code, output } = await run(['apt-get', '-qq', '-y', 'install', 'spin', 'gcc', 'libc6-dev'], {
    env,
    quiet: true,
  })
  if (code === 0) return findSpin()
  return { missing: `${found.missing}; installing it failed: ${output.trim().split('\n').at(-1)}` }
}

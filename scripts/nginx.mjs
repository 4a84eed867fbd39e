/** Finds nginx for the test that stands behind it, or installs Debian's where that is possible. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './workspace.mjs'

/** @param {string} path */
function isNginx(path) {
  try {
    execFileSync(path, ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Looks, and installs nothing. @returns {{ nginx: string } | { missing: string }} */
export function findNginx() {
  const chosen = process.env['NGINX_PATH']
  if (chosen) return isNginx(chosen) ? { nginx: chosen } : { missing: `NGINX_PATH names ${chosen}, which is no nginx` }
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const nginx = folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path) && isNginx(path))
  return nginx ? { nginx } : { missing: 'no nginx was found; apt-get install nginx, or set NGINX_PATH' }
}

/** @returns {Promise<{ nginx: string } | { missing: string }>} */
export async function nginx() {
  const found = findNginx()
  // Where services are started, Debian's package would start one on port 80, and nobody asked for that.
  const starts = existsSync('/run/systemd/system')
  const installs =
    !process.env['NGINX_PATH'] && existsSync('/etc/debian_version') && process.getuid?.() === 0 && !starts
  if ('nginx' in found || !installs) return found
  console.log('Installing nginx…')
  // In this runlevel an init script that is installed is not run.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await run(['apt-get', '-qq', 'update'], { env, quiet: true })
  const install = ['apt-get', '-qq', '-y', 'install', '--no-install-recommends', 'nginx']
  const { code, output } = await run(install, { env, quiet: true })
  if (code === 0) return findNginx()
  return { missing: `${found.missing}; installing it failed: ${output.trim().split('\n').at(-1)}` }
}

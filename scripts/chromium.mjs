/** Finds a Chromium for the browser tests, or installs Debian's where that is possible. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './workspace.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const places = [
  ...names.map((name) => `/usr/bin/${name}`),
  ...(process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** @param {string} path */
function canRun(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns {Promise<{ path: string } | { missing: string }>} */
export async function chromium() {
  const chosen = process.env['CHROMIUM_PATH'] ?? process.env['BACKCHAT_CHROMIUM']
  if (chosen)
    return canRun(chosen) ? { path: chosen } : { missing: `CHROMIUM_PATH names ${chosen}, which cannot be run` }
  const found = places.find(canRun)
  if (found) return { path: found }
  if (!existsSync('/etc/debian_version')) return { missing: 'no Chromium or Chrome was found; set CHROMIUM_PATH' }
  if (process.getuid?.() !== 0)
    return { missing: 'no Chromium was found; apt-get install chromium, or set CHROMIUM_PATH' }
  console.log('Installing chromium…')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run(['apt-get', '-qq', 'update'], { env, quiet: true })
  const { code, output } = await run(['apt-get', '-qq', '-y', 'install', 'chromium'], { env, quiet: true })
  const installed = places.find(canRun)
  if (code === 0 && installed) return { path: installed }
  return { missing: `no Chromium was found, and installing it failed: ${output.trim().split('\n').at(-1)}` }
}

/** Installs and builds, each only when what it depends on has changed. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, filesBelow, foldersOf, isMain, pnpm, readJson, root, run, twoAtATime } from './workspace.mjs'

/** @param {string[]} files relative to the root @param {string[]} [more] */
function fingerprint(files, more = []) {
  const hash = createHash('sha256')
  for (const text of more) hash.update(text).update('\0')
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** @param {string} name */
const stampOf = (name) => join(cache, `${name.replaceAll('/', '-')}.stamp`)
/** @param {string} name @param {string} mark */
const isStamped = (name, mark) => existsSync(stampOf(name)) && readFileSync(stampOf(name), 'utf8') === mark

/** @param {string} name @param {string} mark */
function stamp(name, mark) {
  mkdirSync(cache, { recursive: true })
  writeFileSync(stampOf(name), mark)
}

export async function install() {
  const manifests = [...foldersOf('packages'), ...foldersOf('examples'), 'test'].map(
    (folder) => `${folder}/package.json`,
  )
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', ...manifests]
  const mark = fingerprint(files, [process.version, process.platform, process.arch])
  if (isStamped('installed', mark)) return
  console.log('Installing…')
  // What a plain `npm install` left behind would stay in the way of pnpm's own links.
  const modules = join(root, 'node_modules')
  if (existsSync(join(modules, '.package-lock.json'))) rmSync(modules, { recursive: true, force: true })
  const { code } = await run([...pnpm, 'install', '--frozen-lockfile'])
  if (code !== 0) throw new Error('Installing failed. After a change to a package.json: npx -y pnpm@12.21.0 install')
  stamp('installed', mark)
}

/**
 * What the build of a package or an example depends on: its own files and, through its types, those of the packages it uses.
 * @param {string} folder
 * @returns {string}
 */
function buildMark(folder) {
  const { dependencies = {} } = readJson(join(root, folder, 'package.json'))
  const uses = foldersOf('packages').filter((other) => readJson(join(root, other, 'package.json')).name in dependencies)
  const own = filesBelow(join(root, folder), (file) => !/\.test\.ts$|\.md$/.test(file)).map(
    (file) => `${folder}/${file}`,
  )
  return fingerprint(['tsup.config.ts', 'tsconfig.base.json', 'pnpm-lock.yaml', ...own], uses.map(buildMark))
}

/** Builds those that changed; tells which failed. @param {string[]} folders */
async function buildStale(folders) {
  const stale = folders.filter((folder) => {
    return !(isStamped(folder, buildMark(folder)) && existsSync(join(root, folder, 'dist')))
  })
  if (stale.length > 0) console.log(`Building ${stale.join(', ')}…`)
  const results = await twoAtATime(stale, async (folder) => {
    // A build that fails or is interrupted must not leave a stamp that vouches for it.
    rmSync(stampOf(folder), { force: true })
    const mark = buildMark(folder)
    const { code, output } = await run(['npm', 'run', '--silent', 'build'], { cwd: join(root, folder), quiet: true })
    if (code === 0) stamp(folder, mark)
    else console.log(`${folder} does not build:\n${output}`)
    return code === 0
  })
  return stale.filter((_, index) => !results[index])
}

/** Builds the packages, then the examples that have something to build; tells which failed. @returns {Promise<string[]>} */
export async function build() {
  const failed = await buildStale(foldersOf('packages'))
  if (failed.length > 0) return failed
  return buildStale(
    foldersOf('examples').filter((folder) => readJson(join(root, folder, 'package.json')).scripts?.build),
  )
}

if (isMain(import.meta.url)) {
  await install()
  const failed = await build()
  process.exitCode = failed.length > 0 ? 1 : 0
}

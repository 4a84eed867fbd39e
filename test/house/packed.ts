/** The packages as they would be published, installed into an empty project outside the repository. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { build } from '../../scripts/prepare.mjs'
import { cache, filesBelow, foldersOf, pnpm, readJson, root, run as runCommand } from '../../scripts/workspace.mjs'

/** A package of ours, packed. */
export interface Packed {
  /** Its folder in the repository, like `packages/client`. */
  readonly folder: string
  /** Its name, like `@backchat/client`. */
  readonly name: string
  /** The path of its .tgz file. */
  readonly tarball: string
}

/** An empty project that depends on all of our packages; yours alone, so write into it what you like. */
export interface PackedProject {
  /** The project's folder, outside the repository: nothing of the workspace can be resolved from there. */
  readonly dir: string
  /**
   * Runs a command in the project and gives what it printed; rejects with that when the command fails.
   * The tools of the repository (`tsc`, `esbuild`, …) can be called by name.
   */
  run(command: string, args?: readonly string[]): Promise<string>
  /** Deletes the project. */
  remove(): Promise<void>
}

const home = join(cache, 'packed')

/** Everything that goes into the packages and into the way the project is made. */
async function mark(): Promise<string> {
  const folders = foldersOf('packages')
  const built = folders.flatMap((folder) => ['package.json', ...dist(folder)].map((file) => `${folder}/${file}`))
  const hash = createHash('sha256').update(process.version)
  for (const file of ['pnpm-lock.yaml', 'LICENSE', 'test/house/packed.ts', ...built]) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

const dist = (folder: string) => filesBelow(join(root, folder, 'dist'), () => true).map((file) => `dist/${file}`)

async function must(command: string[], cwd: string): Promise<string> {
  const env = { PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter) }
  const { code, output } = await runCommand(command, { cwd, env, quiet: true })
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`)
  return output
}

const tarballOf = (folder: string) => {
  const { name, version } = readJson(join(root, folder, 'package.json'))
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/** Packs and installs what is built now, unless that was done before. Gives the folder that holds `tarballs` and `project`. */
async function prepared(): Promise<string> {
  const failed = await build()
  if (failed.length > 0) throw new Error(`${failed.join(', ')} cannot be built, so nothing can be packed.`)
  const ready = join(home, await mark())
  if (existsSync(ready)) return ready
  await mkdir(home, { recursive: true })
  const making = await mkdtemp(join(home, 'making-'))
  const tarballs = join(making, 'tarballs')
  await must([...pnpm, '--recursive', '--filter', './packages/*', 'pack', '--pack-destination', tarballs], root)

  const ours = foldersOf('packages').map((folder) => [readJson(join(root, folder, 'package.json')).name, folder])
  const { dependencies: tools } = readJson(join(root, 'test/package.json'))
  const manifest = {
    name: 'packed',
    private: true,
    type: 'module',
    dependencies: {
      ...Object.fromEntries(ours.map(([name, folder]) => [name, `file:../tarballs/${tarballOf(folder)}`])),
      zod: tools.zod,
      '@opentelemetry/api': tools['@opentelemetry/api'],
    },
    devDependencies: { '@types/node': readJson(join(root, 'package.json')).devDependencies['@types/node'] },
    // What our packages ask of each other is what was packed here, never what a registry holds under that name.
    overrides: Object.fromEntries(ours.map(([name]) => [name, `$${name}`])),
  }
  const project = join(making, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest, null, 2))
  await must(['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], project)

  const older = (await readdir(home)).filter((name) => !name.startsWith('making-'))
  await Promise.all(older.map((name) => rm(join(home, name), { recursive: true, force: true })))
  // Whoever comes second finds it done: the same mark means the same contents.
  await rename(making, ready).catch(() => rm(making, { recursive: true, force: true }))
  return ready
}

let once: Promise<string> | undefined
const ready = () => {
  once ??= prepared()
  return once
}

/** All of our packages, packed with `pnpm pack`. */
export async function packedPackages(): Promise<readonly Packed[]> {
  const tarballs = join(await ready(), 'tarballs')
  return foldersOf('packages').map((folder) => ({
    folder,
    name: readJson(join(root, folder, 'package.json')).name,
    tarball: join(tarballs, tarballOf(folder)),
  }))
}

/**
 * A new project that has our packages installed from their tarballs, and zod, OpenTelemetry's API and Node's types beside them.
 * Packing and installing happen once for the same contents; each call gives a project of its own.
 */
export async function packedProject(): Promise<PackedProject> {
  const template = join(await ready(), 'project')
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'backchat-packed-')))
  await cp(template, dir, { recursive: true, verbatimSymlinks: true })
  return {
    dir,
    run: (command, args = []) => must([command, ...args], dir),
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}

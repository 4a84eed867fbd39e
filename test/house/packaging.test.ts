/** What we publish is complete, correct for the tools of others, and says nothing about where it was made. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesBelow, foldersOf, readJson, root, run } from '../../scripts/workspace.mjs'
import { type Packed, type PackedProject, packedPackages, packedProject } from './packed.js'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Record<string, Record<string, string>>
  readonly publishConfig: { readonly exports: Record<string, Record<string, string>> }
  readonly dependencies: Record<string, string>
}

const folders: readonly string[] = foldersOf('packages')
let scratch: string
let packed: ReadonlyMap<string, Packed & { readonly contents: string; readonly files: readonly string[] }>
let project: PackedProject

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'backchat-unpacked-'))
  const opened = (await packedPackages()).map(async (one) => {
    const home = join(scratch, one.folder.replace('/', '-'))
    await run(['mkdir', home])
    await run(['tar', '-xzf', one.tarball, '-C', home])
    const contents = join(home, 'package')
    return [one.folder, { ...one, contents, files: filesBelow(home, () => true, []) }] as const
  })
  packed = new Map(await Promise.all(opened))
  project = await packedProject()
})

afterAll(async () => {
  await project?.remove()
  await rm(scratch, { recursive: true, force: true })
})

function open(folder: string) {
  const found = packed.get(folder)
  if (!found) throw new Error(`${folder} was not packed.`)
  return { ...found, manifest: readJson(join(found.contents, 'package.json')) as Manifest }
}

describe.each(folders)('%s', (folder) => {
  test('holds its build, its manifest, its licence and its readme, and nothing else', () => {
    const other = open(folder).files.filter((file) => {
      return !/^package\/(package\.json|LICENSE|README(\.[\w-]+)?\.md|dist\/.+\.(js|js\.map|d\.ts))$/.test(file)
    })
    expect(other).toEqual([])
    expect(open(folder).files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']))
  })

  test('every public entry has code and types, under the same names as in the workspace', () => {
    const { manifest, files } = open(folder)
    const inTree = readJson(join(root, folder, 'package.json')) as Manifest
    expect(Object.keys(manifest.exports)).toEqual(Object.keys(inTree.exports))
    for (const [entry, conditions] of Object.entries(manifest.exports)) {
      expect(Object.keys(conditions), entry).toEqual(['types', 'default'])
      expect(inTree.exports[entry], entry).toEqual({ 'backchat-source': expect.any(String), ...conditions })
      for (const file of Object.values(conditions)) expect(files).toContain(posix.join('package', file))
    }
  })

  test('its dependencies have exact versions', () => {
    const { manifest } = open(folder)
    const loose = Object.entries(manifest.dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    expect(loose).toEqual([])
  })

  test('its source maps carry their sources and point nowhere outside the package', async () => {
    const { contents, files } = open(folder)
    for (const file of files.filter((name) => name.endsWith('.map'))) {
      const map = JSON.parse(await readFile(join(contents, '..', file), 'utf8'))
      for (const [index, source] of (map.sources as string[]).entries()) {
        const target = posix.join(posix.dirname(file), map.sourceRoot ?? '', source)
        expect(target, `${file} names ${source}`).toMatch(/^package\//)
        expect(source, file).not.toMatch(/^\/|^[a-z]+:|node_modules/i)
        expect(typeof map.sourcesContent[index], `${file} carries ${source}`).toBe('string')
      }
    }
  })

  test('does not name a path of the machine it was made on', async () => {
    const { contents, files } = open(folder)
    const texts = await Promise.all(files.map((file) => readFile(join(contents, '..', file), 'utf8')))
    expect(files.filter((_, index) => texts[index]?.includes(root))).toEqual([])
  })

  test('publint has nothing to say', async () => {
    const { contents } = open(folder)
    const { messages } = await publint({ pkgDir: contents, strict: true, pack: false })
    const manifest = readJson(join(contents, 'package.json'))
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([])
  })

  test('its types resolve for everybody who can import ES modules (attw)', async () => {
    const attw = [join(root, 'node_modules/.bin/attw'), open(folder).tarball, '--profile', 'esm-only', '--no-emoji']
    const { code, output } = await run(attw, { quiet: true })
    expect(code, output).toBe(0)
  })
})

/** `@backchat/client`, `@backchat/protocol/schema`, … */
const entries = () => {
  return folders.flatMap((folder) => {
    const { name, exports } = readJson(join(root, folder, 'package.json')) as Manifest
    return Object.keys(exports).map((entry) => posix.join(name, entry))
  })
}

test('an installed package can be imported', async () => {
  await writeFile(
    join(project.dir, 'imports.mjs'),
    entries()
      .map((entry) => `await import('${entry}')`)
      .join('\n'),
  )
  await project.run('node', ['imports.mjs'])
})

test('an installed package can be required', async () => {
  await writeFile(
    join(project.dir, 'requires.cjs'),
    entries()
      .map((entry) => `require('${entry}')`)
      .join('\n'),
  )
  await project.run('node', ['requires.cjs'])
})

test('what is imported is what was packed, not the workspace', async () => {
  const resolved = await project.run('node', ['--input-type=module', '-e', whereEntriesAre()])
  const outside = resolved
    .trim()
    .split('\n')
    .filter((url) => !url.startsWith(`file://${project.dir}/node_modules/`))
  expect(outside).toEqual([])
})

const whereEntriesAre = () =>
  entries()
    .map((entry) => `console.log(import.meta.resolve('${entry}'))`)
    .join(';')

/** What a strict user's compiler finds in our declarations, which `skipLibCheck` would hide. */
async function compile(name: string, imported: readonly string[], options: Record<string, unknown>) {
  const lines = imported.map((entry, index) => `import * as entry${index} from '${entry}'\nvoid entry${index}`)
  await writeFile(join(project.dir, `${name}.ts`), lines.join('\n'))
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'ES2022',
    skipLibCheck: false,
    ...options,
  }
  await writeFile(join(project.dir, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }))
  await project.run('tsc', ['-p', `${name}.json`])
}

const nodenext = { module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2022'], types: ['node'] }
const bundler = { module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] }

test('a strict Node project compiles with every entry', () => compile('node', entries(), nodenext))

test('a strict browser project without the types of Node compiles with client and protocol', async () => {
  const forBrowsers = entries().filter((entry) => /^@backchat\/(client|protocol)/.test(entry))
  await rm(join(project.dir, 'node_modules/@types'), { recursive: true, force: true })
  await compile('browser', forBrowsers, bundler)
})

/** A part of the server whose place is taken by one that does nothing. */

export type Replacement = PartOfModule | Preloaded

/** What is left out of a module that the tests load. */
export interface PartOfModule extends Selection {
  /** The module that holds the part, from the root of the repository. */
  readonly file: string
  /**
   * By name, a function of the module or `Class.method`, and the JavaScript that stands in its place. That may call what was there as `original`,
   * where it is no method.
   */
  readonly parts?: Readonly<Record<string, string>>
  /** Where the part is no function of its own: words that the module holds once, and what stands in their place. */
  readonly words?: Readonly<Record<string, string>>
}

/** For tests of other processes. */
export interface Preloaded extends Selection {
  /** What these processes load first, from the root of the repository. */
  readonly preload: string
}

interface Selection {
  /** Of the row's tests only those with such a name are run. Default: all in its files. */
  readonly only?: RegExp
  /** Without the part a test waits in vain. Elsewhere a test that is not done in time shows nothing. */
  readonly waits?: boolean
  /** Why its tests cannot run on this machine; undefined: they can. */
  readonly missing?: string | undefined
}

/** By row of a table: what must turn the row's tests red. Where several are given, each must do so in one file at least, and together in each. */
export type Replacements = Readonly<Record<string, readonly Replacement[]>>

/** @throws Error when the module does not hold what is to be replaced. */
export function replaced(source: string, { file, parts = {}, words = {} }: PartOfModule): string {
  let text = source
  for (const [there, instead] of Object.entries(words)) text = once(text, there, instead, file)
  for (const [name, instead] of Object.entries(parts)) {
    const [first = '', method] = name.split('.')
    text =
      method === undefined ? withFunction(text, first, instead, file) : withMethod(text, first, method, instead, file)
  }
  return text
}

function withFunction(source: string, name: string, instead: string, file: string): string {
  const there = new RegExp(`^(?:export )?const ${name}\\b`, 'm').exec(source)?.[0]
  if (there === undefined)
    throw new Error(`${file} has no constant ${name}: what test/house/do-nothing replaces has gone.`)
  const exported = there.startsWith('export') ? 'export ' : ''
  const moved = source.replace(there, `const original$${name}`)
  return `${moved}\n${exported}const ${name} = ((original) => (${instead}))(original$${name})\n`
}

function withMethod(source: string, name: string, method: string, instead: string, file: string): string {
  const isThere =
    new RegExp(`^export class ${name}\\b`, 'm').test(source) && new RegExp(`^  (async )?${method}\\b`, 'm').test(source)
  if (!isThere)
    throw new Error(`${file} has no method ${name}.${method}: what test/house/do-nothing replaces has gone.`)
  return `${source}\n${name}.prototype.${method} = ${instead}\n`
}

function once(source: string, there: string, instead: string, file: string): string {
  if (source.split(there).length === 2) return source.replace(there, () => instead)
  throw new Error(`${file} does not hold once: ${there}`)
}

/** Modules held in memory, compiled once as a strict user's compiler would, and what it says of each. */
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'

/** What the compiler has to say, and where. */
export interface Finding {
  /** Offset in the module's text; 0 for what concerns the module as a whole. */
  readonly start: number
  readonly message: string
}

/** How a user's project is set up. */
export type Setup = Pick<ts.CompilerOptions, 'module' | 'moduleResolution' | 'customConditions' | 'lib' | 'types'>

const strict: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
}

/**
 * Compiles modules by name, as if they lay in `folder`, which need hold none of them; imports are resolved from there.
 * The findings have the names of the modules; a module without any has an empty list.
 */
export function compile(
  folder: string,
  modules: ReadonlyMap<string, string>,
  setup: Setup,
): ReadonlyMap<string, readonly Finding[]> {
  const texts = new Map([...modules].map(([name, text]) => [join(folder, name), text]))
  const options = { ...strict, ...setup }
  const program = ts.createProgram([...texts.keys()], options, hostWith(texts, options))
  const misconfigured = program.getOptionsDiagnostics().concat(program.getGlobalDiagnostics())
  if (misconfigured.length > 0) throw new Error(misconfigured.map((found) => inWords(found.messageText)).join('\n'))
  return new Map([...texts.keys()].map((path) => [path.slice(folder.length + 1), findingsOf(program, path)]))
}

function findingsOf(program: ts.Program, path: string): readonly Finding[] {
  const source = program.getSourceFile(path)
  if (source === undefined) throw new Error(`${path} is not part of the program.`)
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  return found.map(({ start = 0, messageText }) => ({ start, message: inWords(messageText) }))
}

function hostWith(texts: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const folders = new Set([...texts.keys()].map(dirname))
  return {
    ...host,
    fileExists: (path) => texts.has(normalize(path)) || host.fileExists(path),
    readFile: (path) => texts.get(normalize(path)) ?? host.readFile(path),
    directoryExists: (path) => folders.has(normalize(path)) || ts.sys.directoryExists(path),
    getSourceFile(path, version, ...rest) {
      const text = texts.get(normalize(path))
      if (text === undefined) return host.getSourceFile(path, version, ...rest)
      return ts.createSourceFile(path, text, version, true)
    },
  }
}

const inWords = (text: string | ts.DiagnosticMessageChain): string => ts.flattenDiagnosticMessageText(text, '\n')

/** Checks the types of every package, the tests, the examples and these scripts. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cache, filesBelow, foldersOf, isMain, root, run, twoAtATime } from './workspace.mjs'

/** Tells which folders have errors, after printing them. @returns {Promise<string[]>} */
export async function types() {
  const examples = foldersOf('examples').filter((folder) => {
    return filesBelow(join(root, folder), (file) => /\.[cm]?tsx?$/.test(file)).length > 0
  })
  const projects = [...foldersOf('packages'), ...examples, 'test', '.']
  const results = await twoAtATime(projects, async (folder) => {
    if (!existsSync(join(root, folder, 'tsconfig.json'))) {
      console.log(`${folder} holds TypeScript and has no tsconfig.json.`)
      return false
    }
    const remembered = join(cache, `${folder.replaceAll('/', '-')}.tsbuildinfo`)
    const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', remembered, '--pretty', 'false']
    const { code, output } = await run([join(root, 'node_modules/.bin/tsc'), '-p', folder, ...options], { quiet: true })
    if (code !== 0) console.log(`Types of ${folder}:\n${output}`)
    return code === 0
  })
  return projects.filter((_, index) => !results[index])
}

if (isMain(import.meta.url)) process.exitCode = (await types()).length > 0 ? 1 : 0

/** `npm start`: installs and builds what is needed, then serves the web chat. */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { build, install } from './prepare.mjs'
import { readJson, root } from './workspace.mjs'

await install()
const failed = await build()
if (failed.length > 0) process.exit(1)

const example = join(root, 'examples/web-chat')
const script = readJson(join(example, 'package.json')).scripts.start
const bins = [join(example, 'node_modules/.bin'), join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
// `exec` puts the server in the shell's place, so that a signal reaches it and not only the shell.
const command = process.platform === 'win32' ? script : `exec ${script}`
const child = spawn(command, { cwd: example, env: { ...process.env, PATH: bins }, stdio: 'inherit', shell: true })
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))

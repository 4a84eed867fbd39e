/** Keeps one child process running: started again whenever it ends, always on the same port. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** How long the place of a killed server stays empty, so that a person sees it. */
const restartAfterMs = 1_500

export interface KeptProcess {
  readonly port: number
  readonly pid: number | undefined
  /** Ends the process without a word, as a crash would. It is started again. */
  kill(): void
  stop(): Promise<void>
}

export async function keepAlive(file: string): Promise<KeptProcess> {
  const port = await freePort()
  let stopped = false
  let restart: NodeJS.Timeout | undefined
  let child = start()

  function start(): ChildProcess {
    const started = fork(file, { env: { ...process.env, CHAT_PORT: String(port) } })
    started.once('exit', () => {
      if (!stopped)
        restart = setTimeout(() => {
          child = start()
        }, restartAfterMs)
    })
    return started
  }

  await once(child, 'message')
  return {
    port,
    get pid() {
      return child.pid
    },
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      stopped = true
      clearTimeout(restart)
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const impatience = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await exit
      clearTimeout(impatience)
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port on the loopback interface.')
  return address.port
}

/** Keeps one thread for all mutants: to start one and load everything takes a hundred times as long as most tests do. */

import { Worker } from 'node:worker_threads'
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node'

type Listener = (value: unknown) => void

/** Each run adds a few listeners to the thread, so a new one takes its place at times. */
const runsOfThread = 50

let thread: Worker | undefined
let runs = 0

export const lastingWorker: PoolRunnerInitializer = { name: 'lasting', createPoolWorker }

function createPoolWorker({ distPath, env, execArgv }: PoolOptions): PoolWorker {
  const listeners: [event: string, listener: Listener][] = []
  const current = () => {
    thread ??= new Worker(`${distPath}/workers/threads.js`, { env, execArgv })
    thread.setMaxListeners(0)
    // Whoever runs the tests is alive by itself, and ends without being told to close this.
    thread.unref()
    return thread
  }
  return {
    name: 'lasting',
    start: async () => void current(),
    send(message) {
      // It stays for the next run.
      if (isStop(message)) queueMicrotask(tellStopped)
      else current().postMessage(message)
    },
    on(event, listener) {
      listeners.push([event, listener])
      current().on(event, listener)
    },
    off: (event, listener) => void current().off(event, listener),
    deserialize: (message) => message,
    async stop() {
      for (const [event, listener] of listeners) thread?.off(event, listener)
      if (++runs % runsOfThread > 0) return
      await thread?.terminate()
      thread = undefined
    },
  }

  function tellStopped(): void {
    for (const [event, listener] of listeners) {
      if (event === 'message') listener({ __vitest_worker_response__: true, type: 'stopped' })
    }
  }
}

const isStop = (message: WorkerRequest): boolean => 'type' in message && message.type === 'stop'

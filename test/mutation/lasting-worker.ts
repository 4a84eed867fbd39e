/** Keeps one thread for all mutants: to start one and load everything takes a hundred times as long as most tests do. */

import { Worker } from 'node:worker_threads'
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node'

type Listener = (value: unknown) => void

interface Thread {
  readonly worker: Worker
  runs: number
  /** Vitest begins a run before the one before it has stopped. */
  users: number
}

/** Each run adds a few listeners to the thread, so a new one takes its place at times. */
const runsOfThread = 50

let newest: Thread | undefined

export const lastingWorker: PoolRunnerInitializer = { name: 'lasting', createPoolWorker }

function createPoolWorker(options: PoolOptions): PoolWorker {
  const listeners: [event: string, listener: Listener][] = []
  let thread: Thread | undefined
  return {
    name: 'lasting',
    async start() {
      thread = threadFor(options)
      thread.runs += 1
      thread.users += 1
    },
    send(message) {
      // It stays for the next run.
      if (isStop(message)) queueMicrotask(tellStopped)
      else thread?.worker.postMessage(message)
    },
    on(event, listener) {
      listeners.push([event, listener])
      thread?.worker.on(event, listener)
    },
    off: (event, listener) => void thread?.worker.off(event, listener),
    deserialize: (message) => message,
    async stop() {
      if (thread === undefined) return
      for (const [event, listener] of listeners) thread.worker.off(event, listener)
      thread.users -= 1
      if (thread !== newest && thread.users === 0) await thread.worker.terminate()
    },
  }

  function tellStopped(): void {
    for (const [event, listener] of listeners) {
      if (event === 'message') listener({ __vitest_worker_response__: true, type: 'stopped' })
    }
  }
}

function threadFor(options: PoolOptions): Thread {
  if (newest !== undefined && newest.runs < runsOfThread) return newest
  if (newest?.users === 0) void newest.worker.terminate()
  newest = newThread(options)
  return newest
}

function newThread({ distPath, env, execArgv }: PoolOptions): Thread {
  const worker = new Worker(`${distPath}/workers/threads.js`, { env, execArgv })
  worker.setMaxListeners(0)
  // Whoever runs the tests is alive by itself, and ends without being told to close this.
  worker.unref()
  worker.once('exit', () => {
    if (newest?.worker === worker) newest = undefined
  })
  return { worker, runs: 0, users: 0 }
}

const isStop = (message: WorkerRequest): boolean => 'type' in message && message.type === 'stop'

/** Counts the timers of this process that have not fired and were not called off, also those that keep no process alive. Loaded before what it counts. */

const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis
const open = new Set<unknown>()

function set(callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout {
  const timer = setTimeout(() => {
    open.delete(timer)
    callback(...args)
  }, ms)
  open.add(timer)
  return timer
}

function repeat(callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout {
  const timer = setInterval(callback, ms, ...args)
  open.add(timer)
  return timer
}

const calledOff = (clear: (timer: NodeJS.Timeout) => void) => (timer: NodeJS.Timeout) => {
  open.delete(timer)
  clear(timer)
}

Object.assign(globalThis, {
  setTimeout: Object.assign(set, setTimeout),
  clearTimeout: calledOff(clearTimeout),
  setInterval: Object.assign(repeat, setInterval),
  clearInterval: calledOff(clearInterval),
})

export const openTimers = (): number => open.size

/** How much memory is held, after the garbage was collected; and whether it grows. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Bytes of this process' heap that are in use. */
export function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** What a heap may differ by for reasons of its own, such as code that was compiled meanwhile. */
const noiseBytes = 4 * 1024 * 1024

export class Memory {
  readonly #samples: number[] = []

  /** Default: of this process. */
  look(bytes = heapBytes()): void {
    this.#samples.push(bytes)
  }

  /** The greatest of the second third of what was seen, and of the last. */
  get thirds(): readonly [second: number, last: number] {
    const third = Math.floor(this.#samples.length / 3)
    return [Math.max(...this.#samples.slice(third, 2 * third)), Math.max(...this.#samples.slice(2 * third))]
  }

  get grows(): boolean {
    const [second, last] = this.thirds
    return last > second * 1.05 + noiseBytes
  }
}

/**
 * The folder of a store, and which folder in it holds the data. What may have been lost is not opened at all: sessions that were
 * written without a flush before the machine booted anew stand in a folder with another name.
 */

import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isSameBoot } from './boot.js'

export interface HomeOptions {
  readonly path: string
  readonly durability: 'process' | 'power'
  readonly boot: string
}

const processPrefix = 'process-'

/** Makes the folder of the data if need be, and clears away those of earlier boots. Absolute: files are opened later too, wherever the process is by then. */
export const homeOf = ({ path, durability, boot }: HomeOptions): string => {
  makeFolder(path)
  const folders = readdirSync(path).filter((name) => name.startsWith(processPrefix))
  const current = folders.find((name) => isSameBoot(name.slice(processPrefix.length), boot))
  for (const name of folders) if (name !== current) rmSync(join(path, name), { recursive: true, force: true })
  const home = resolve(path, durability === 'power' ? 'power' : (current ?? `${processPrefix}${boot}`))
  makeFolder(home)
  return home
}

const makeFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true })
    accessSync(path, constants.W_OK | constants.R_OK)
  } catch (error) {
    throw new Error(`The store cannot write to its folder ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

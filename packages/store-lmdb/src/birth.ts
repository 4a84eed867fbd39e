/** What a data file says of itself: its layout, and which file it is. A copy that was put back is another file. */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isSameBoot } from './boot.js'
import { namesOfFiles, removeFile } from './change-file.js'
import { type Database, layout } from './database.js'

/** Throws when a newer version wrote the file. Forgets everything when it is not the file it was. */
export const examine = (database: Database, home: string, boot: string): void => {
  const { about, root } = database
  const file = fileOf(home)
  root.transactionSync(() => {
    const found = about.get('layout')
    if (typeof found === 'number' && found > layout) {
      throw new Error(
        `${home} was written by a newer version of @backchat/store-lmdb (layout ${found}, this one knows ${layout}). Update the package, or give the store another path.`,
      )
    }
    if (found !== layout || !isSameFile(database, file, boot) || !hasItsLog(database, home)) forgetAll(database)
    for (const name of namesOfFiles(home)) if (name !== about.get('log')) removeFile(home, name)
    about.putSync('layout', layout)
    about.putSync('inode', file.inode)
    about.putSync('device', file.device)
    about.putSync('boot', boot)
  })
}

/** Devices are numbered anew with each boot. */
const isSameFile = ({ about }: Database, { inode, device }: FileName, boot: string): boolean =>
  about.get('inode') === inode && (about.get('device') === device || !isSameBoot(String(about.get('boot')), boot))

/** Without it nobody knows what the tables should say. */
const hasItsLog = ({ about }: Database, home: string): boolean => {
  const log = about.get('log') ?? ''
  return log === '' || namesOfFiles(home).includes(String(log))
}

/** Time goes on, so that nothing kept elsewhere lies in the future. */
const forgetAll = (database: Database): void => {
  const { root, tally, about, ...tables } = database
  for (const table of Object.values(tables)) for (const key of [...table.getKeys()]) table.removeSync(key)
  for (const key of ['sessions', 'releases', 'log']) about.removeSync(key)
}

interface FileName {
  readonly inode: string
  readonly device: string
}

const fileOf = (home: string): FileName => {
  const { ino, dev } = statSync(join(home, 'data.mdb'), { bigint: true })
  return { inode: `${ino}`, device: `${dev}` }
}

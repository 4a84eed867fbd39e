/** Ways to go through the rows of a table, and names that fit into a key whatever their length. */

import { createHash } from 'node:crypto'
import type { KeyPart, Table } from './table.js'

/** The rows whose keys begin like this, in the order of their keys. They may be changed meanwhile: what is given was read before. */
export const rowsUnder = <Row>(table: Table<Row>, ...prefix: KeyPart[]): { key: KeyPart[]; value: Row }[] => {
  const rows = []
  for (const { key, value } of table.getRange({ start: prefix })) {
    if (!Array.isArray(key) || !prefix.every((part, index) => key[index] === part)) break
    rows.push({ key, value })
  }
  return rows
}

/** The parts of those keys at this place. */
export const namesUnder = <Row>(table: Table<Row>, place: number, ...prefix: KeyPart[]): string[] => {
  const names = []
  for (const key of table.getKeys({ start: prefix })) {
    if (!Array.isArray(key) || !prefix.every((part, index) => key[index] === part)) break
    names.push(String(key[place]))
  }
  return names
}

export const removeUnder = <Row>(table: Table<Row>, ...prefix: KeyPart[]): void => {
  const keys = []
  for (const key of table.getKeys({ start: prefix })) {
    if (!Array.isArray(key) || !prefix.every((part, index) => key[index] === part)) break
    keys.push(key)
  }
  for (const key of keys) table.removeSync(key)
}

/** Longest name that stands in a key as it is, in characters. A key has at most 1,978 bytes. */
const longestName = 200

/** A name as part of a key. Nobody but its author bounds the name of a user or a room, so a long one is hashed. */
export const keyName = (name: string): string =>
  name.length <= longestName ? `=${name}` : `#${createHash('sha256').update(name).digest('base64url')}`

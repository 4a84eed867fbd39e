/** What this tab remembers of the conversation, also when the page is loaded anew. */

import type { Line } from '../src/contract.js'

const key = 'backchat-web-chat'
const mostLines = 200

export function recallLines(): Line[] {
  try {
    const lines: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]')
    return Array.isArray(lines) ? lines.filter(isLine) : []
  } catch {
    return []
  }
}

/** Remembers all that was answered; without storage (a private window may refuse it) the page still works. */
export function rememberLines(lines: readonly Line[]): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(lines.slice(-mostLines)))
  } catch {}
}

function isLine(value: unknown): value is Line {
  return (
    typeof value === 'object' && value !== null && 'who' in value && 'text' in value && typeof value.text === 'string'
  )
}

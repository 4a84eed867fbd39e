/** The state of the connection, in words, with the seconds to the next try. */

import type { Client, Status } from '@backchat/client'
import { element } from './elements.js'

export function showConnection(client: Pick<Client, 'subscribe' | 'status'>): void {
  const pill = element('connection', HTMLParagraphElement)
  const text = element('connection-text', HTMLSpanElement)
  let countdown: ReturnType<typeof setTimeout> | undefined

  const draw = (): void => {
    clearTimeout(countdown)
    const { status } = client
    pill.dataset['state'] = status.state
    const words = inWords(status)
    if (text.textContent !== words) text.textContent = words
    pill.title = 'reason' in status ? status.reason : ''
    if (status.state === 'waiting') countdown = setTimeout(draw, 250)
  }
  client.subscribe(draw)
  draw()
}

function inWords(status: Status): string {
  switch (status.state) {
    case 'idle':
      return 'Starting'
    case 'connecting':
      return 'Connecting…'
    case 'online':
      return 'Online'
    case 'closed':
      return 'Closed'
    case 'unauthorized':
      return 'Not allowed in'
    case 'waiting': {
      const seconds = Math.ceil((status.until - Date.now()) / 1000)
      return seconds > 0 ? `Next try in ${seconds} s` : 'Connecting…'
    }
  }
}

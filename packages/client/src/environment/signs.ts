/** How a browser's events become signs: the network, the page's visibility, waking from sleep. */

import type { Environment, Sign } from './environment.js'

/** Where a browser fires its events. A worker has no document, Node has neither. */
export interface EventSources {
  readonly window: EventTarget | undefined
  readonly document: (EventTarget & { readonly visibilityState: string }) | undefined
}

export function signsFrom({ window, document }: EventSources): Environment['onSign'] {
  const visibility = () => (document?.visibilityState === 'hidden' ? 'hidden' : 'visible')
  return (listener) => {
    const ends: (() => void)[] = []
    const hear = (source: EventTarget | undefined, type: string, meaning: (event: Event) => Sign | undefined) => {
      const heard = (event: Event) => {
        const sign = meaning(event)
        if (sign !== undefined) listener(sign)
      }
      source?.addEventListener(type, heard)
      ends.push(() => source?.removeEventListener(type, heard))
    }
    hear(window, 'online', () => 'online')
    hear(window, 'offline', () => 'offline')
    // Fired on every load too; only a page that was kept and restored has slept.
    hear(window, 'pageshow', (event) => ('persisted' in event && event.persisted === true ? 'woke' : undefined))
    hear(document, 'visibilitychange', visibility)
    hear(document, 'freeze', () => 'hidden')
    hear(document, 'resume', () => 'woke')
    if (visibility() === 'hidden') listener('hidden')
    return () => {
      for (const end of ends) end()
    }
  }
}

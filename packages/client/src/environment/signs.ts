/** How a browser's events become signs: the network, the page's visibility, waking from sleep. */

import type { Environment, Sign } from './environment.js'

/** Where a browser fires its events. A worker has no document, Node has neither. */
export interface EventSources {
  readonly window: EventTarget | undefined
  readonly document: (EventTarget & { readonly visibilityState: string }) | undefined
}

/** An event of a source, and the sign it is. */
type Hearing = readonly [type: string, meaning: (event: Event) => Sign | undefined]

export function signsFrom({ window, document }: EventSources): Environment['onSign'] {
  const visibility = () => (document?.visibilityState === 'hidden' ? 'hidden' : 'visible')
  const ofWindow: readonly Hearing[] = [
    ['online', () => 'online'],
    ['offline', () => 'offline'],
    // Fired on every load too; only a page that was kept and restored has slept.
    ['pageshow', (event) => ('persisted' in event && event.persisted === true ? 'woke' : undefined)],
  ]
  const ofDocument: readonly Hearing[] = [
    ['visibilitychange', visibility],
    ['freeze', () => 'hidden'],
    ['resume', () => 'woke'],
  ]
  return (listener) => {
    const ends = [...hear(window, ofWindow, listener), ...hear(document, ofDocument, listener)]
    if (visibility() === 'hidden') listener('hidden')
    return () => {
      for (const end of ends) end()
    }
  }
}

function hear(
  source: EventTarget | undefined,
  hearings: readonly Hearing[],
  listener: (sign: Sign) => void,
): (() => void)[] {
  if (source === undefined) return []
  return hearings.map(([type, meaning]) => {
    const heard = (event: Event) => {
      const sign = meaning(event)
      if (sign !== undefined) listener(sign)
    }
    source.addEventListener(type, heard)
    return () => source.removeEventListener(type, heard)
  })
}

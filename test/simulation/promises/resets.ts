/** An application hears of exactly one reset whenever its client takes up another session than the one it knew, or becomes another client; and of none else. */

import type { Broken, Seen, Watch } from './promise.js'

interface Epochs {
  /** What the application believes in. */
  known?: string | undefined
  /** What the last welcome offered. It is not taken when the client gave the link up in the same turn. */
  offered?: string | undefined
  /** The link that brought it. */
  link?: number
  /** It was told to become another client, which knows no session. */
  lost?: boolean
}

export function resets(broken: Broken, { links, identities }: Seen): Watch {
  const clients = new Map<number, Epochs>()

  const epochsOf = (client: number) => {
    const epochs = clients.get(client) ?? {}
    clients.set(client, epochs)
    return epochs
  }

  const reset = (client: number) => {
    const epochs = epochsOf(client)
    if (epochs.lost && epochs.known !== undefined) return Object.assign(epochs, { known: undefined, lost: false })
    if (epochs.known === undefined || epochs.offered === undefined || epochs.offered === epochs.known) {
      broken(`client ${client} was told of a reset that was none`)
    }
    epochs.known = epochs.offered
    return epochs
  }

  /** The turn of the welcome is over: what it offered is what is known, or there was a reset. */
  const settle = (client: number) => {
    const epochs = epochsOf(client)
    epochs.known ??= epochs.offered
    if (epochs.offered !== undefined && epochs.offered !== epochs.known) {
      broken(`client ${client} was not told that its session began anew`)
    }
  }

  /** A welcome that comes when its dial has been given up is none. One that was taken silently shows in the next hello. */
  const givenUp = (client: number, link: number) => {
    const epochs = epochsOf(client)
    if (epochs.link === link && epochs.known !== undefined) epochs.offered = epochs.known
  }

  const greeted = (client: number, epoch: string | undefined) => {
    const epochs = epochsOf(client)
    epochs.lost = false
    if (epoch === epochs.known) return
    if (epochs.known === undefined && epoch === epochs.offered) epochs.known = epoch
    else broken(`client ${client} took up another session without a reset`)
  }

  return {
    on: {
      reset: ({ client }) => void reset(client),
      'sent hello': ({ client, frame }) => greeted(client, frame.epoch),
      abandoned: ({ client, link }) => givenUp(client, link),
      'settled up'() {
        for (const client of clients.keys()) settle(client)
      },
      heard({ client, link, frame }) {
        if (!links.isCurrent(client, link)) return
        const epochs = epochsOf(client)
        if (frame.kind === 'welcome') Object.assign(epochs, { offered: frame.epoch, link })
        else if (epochs.link === link) settle(client)
        if (identities.isLoss(client, link, frame)) Object.assign(epochs, { offered: undefined, lost: true })
      },
    },
  }
}

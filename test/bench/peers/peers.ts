/** Everybody who is measured, the floor first. A process loads none but its own. */

import type { Peer } from './peer.js'

export const floor = 'ws + JSON'
export const memory = 'Backchat memory'
export const lmdb = 'Backchat LMDB'

const peers = {
  [floor]: async () => (await import('./ws-json.js')).wsJson,
  'ws strings': async () => (await import('./ws-strings.js')).wsStrings,
  [memory]: async () => (await import('./backchat.js')).backchatMemory,
  [lmdb]: async () => (await import('./backchat.js')).backchatLmdb,
  'socket.io': async () => (await import('./socket-io.js')).socketIo,
  'rpc-websockets': async () => (await import('./rpc-websockets.js')).rpcWebSockets,
  'tRPC wsLink': async () => (await import('./trpc.js')).trpc,
} satisfies { [name: string]: () => Promise<Peer> }

export type PeerName = keyof typeof peers
export const peerNames = Object.keys(peers) as readonly PeerName[]

export const isPeer = (name: string | undefined): name is PeerName => name !== undefined && name in peers

export const peerOf = (name: string | undefined): Promise<Peer> => {
  if (!isPeer(name)) throw new Error(`There is no peer '${name}'; there are ${peerNames.join(', ')}.`)
  return peers[name]()
}

/** How an application gets its client. */

import type { CreateClient } from './api/options.js'
import { platform } from './environment/platform.js'
import { ChatClient } from './shell/chat-client.js'
import type { Options } from './shell/settings.js'
import { openWebSocket } from './transport/websocket.js'

function create(options: Options): ChatClient {
  const { clock, random, ids, onSign } = platform()
  const environment = {
    clock: options.clock ?? clock,
    random: options.random ?? random,
    ids: options.ids ?? ids,
    onSign,
  }
  return new ChatClient(options, { environment, openTransport: openWebSocket })
}

/** {@inheritDoc CreateClient} */
export const createClient = create as CreateClient

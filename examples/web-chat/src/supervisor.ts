/** What `npm start` starts: serves the page, passes its links through a proxy that can break them, and keeps the chat server alive. */

import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { chaosProxy } from '@backchat/testing'
import { breakIt } from './break-it.js'
import { keepAlive } from './keep-alive.js'
import { servePage } from './page-files.js'

const port = Number(process.env['PORT'] ?? 8787)

const chatServer = await keepAlive(fileURLToPath(new URL('chat-server.js', import.meta.url)))
const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: chatServer.port } })
const page = servePage(fileURLToPath(new URL('page/', import.meta.url)))
const breaking = breakIt(proxy, chatServer)

const server = createServer((request, response) => {
  if (request.url?.startsWith('/break/')) breaking(request, response)
  else page(request, response)
})
server.on('upgrade', (request, socket, head) => proxy.handleUpgrade(request, socket, head))
server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(error.code === 'EADDRINUSE' ? `Port ${port} is taken. Choose another: PORT=8788 npm start` : error)
  void stop(1)
})
server.listen(port, () => {
  const address = server.address()
  const listening = typeof address === 'object' && address ? address.port : port
  console.log(`\n  Backchat web chat: http://localhost:${listening}\n`)
})

async function stop(code: number): Promise<void> {
  server.close()
  server.closeAllConnections()
  await proxy.close()
  await chatServer.stop()
  process.exit(code)
}
process.on('SIGINT', () => void stop(0))
process.on('SIGTERM', () => void stop(0))

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createOwnServer, listen, stop } from './own-server.js'

const herd = 1_000

/** Dials them all at once, and says how many are connected when all are, or after 5 s. */
const dialling = `
  const { connect } = require('node:net')
  let connected = 0
  const tell = () => { console.log(connected); process.exit() }
  for (let i = 0; i < ${herd}; i++)
    connect(Number(process.argv[1]), '127.0.0.1').on('connect', () => { if (++connected === ${herd}) tell() }).on('error', () => {})
  setTimeout(tell, 5_000)`

const kernelAllows = (): number => {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
  } catch {
    return 0
  }
}

test.skipIf(kernelAllows() < herd)('a herd finds room to wait in while the server is busy', async () => {
  const server = createOwnServer(() => {})
  await listen(server, { port: 0, host: '127.0.0.1' })
  const { port } = server.address() as AddressInfo
  // Nothing is accepted as long as this process waits for the other.
  const { stdout } = spawnSync(process.execPath, ['-e', dialling, String(port)], { encoding: 'utf8' })
  expect(Number(stdout)).toBe(herd)
  await stop(server)
})

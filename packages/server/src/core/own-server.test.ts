import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createOwnServer, listen, stop, whyNotListening } from './own-server.js'

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

const attempt = async (where: { port: number; host: string | undefined }): Promise<string> => {
  const server = createOwnServer(() => {})
  const error = await listen(server, where).catch((error: unknown) => error)
  await stop(server)
  return whyNotListening(error)
}

test('who cannot listen is told what to do about it', async () => {
  const holder = createOwnServer(() => {})
  await listen(holder, { port: 0, host: '127.0.0.1' })
  const { port } = holder.address() as AddressInfo
  expect(await attempt({ port, host: '127.0.0.1' })).toBe(
    `The manager cannot listen on port ${port} of 127.0.0.1: it is taken. End the process that listens there, or choose another port.`,
  )
  await stop(holder)
  // RFC 5737: an address of documentation, which is nobody's.
  expect(await attempt({ port: 0, host: '192.0.2.1' })).toContain('192.0.2.1: the option host is no address')
  const forbidden = Object.assign(new Error('listen EACCES'), { code: 'EACCES', address: '0.0.0.0', port: 80 })
  expect(whyNotListening(forbidden)).toContain('port 80: this user may not.')
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', hostname: 'no.such.host' })
  expect(whyNotListening(unknown)).toContain('listen on no.such.host: the option host is no address')
  expect(whyNotListening(new Error('strange'))).toBe('The manager cannot listen on its port: strange.')
  expect(whyNotListening('strange')).toBe('The manager cannot listen.')
})

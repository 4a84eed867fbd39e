import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createServer as createTlsServer, connect as dialTls } from 'node:tls'
import { expect, onTestFinished, test, vi } from 'vitest'
import { takenBytes } from './taken-bytes.js'

/** More than the kernels of both sides hold. */
const bytes = 32 * 1024 * 1024

/** Writes it all at once to somebody who reads when told to, and not before. */
const writing = async (server: Server, accepts: string, dial: (port: number) => Socket) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, accepts)
  const reader = dial((server.address() as AddressInfo).port)
  const [writer]: Socket[] = await accepted
  if (writer === undefined) throw new Error('Nobody was let in.')
  onTestFinished(() => {
    reader.destroy()
    writer.destroy()
    server.close()
  })
  let read = 0
  writer.write(Buffer.alloc(bytes))
  /** Reads on until this is true, and so much. */
  const readUntil = async (isEnough: (read: number) => boolean) => {
    while (!isEnough(read)) {
      const chunk: Buffer | null = reader.read()
      read += chunk?.length ?? 0
      if (chunk === null) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { writer, readUntil }
}

const showsProgress = async ({ writer, readUntil }: Awaited<ReturnType<typeof writing>>) => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  const before = takenBytes(writer)
  expect(before).toBeLessThan(bytes)
  expect(writer.writableLength).toBe(bytes)
  await readUntil((read) => read > bytes / 2)
  await vi.waitFor(() => expect(takenBytes(writer) - before).toBeGreaterThan(bytes / 8))
  // By whole writes nothing would be known yet.
  expect(writer.writableLength).toBe(bytes)
  await readUntil((read) => read === bytes)
  await vi.waitFor(() => expect(takenBytes(writer)).toBeGreaterThanOrEqual(bytes))
}

test('what TCP takes of a write shows before all of it is taken', async () => {
  await showsProgress(await writing(createServer(), 'connection', (port) => connect(port, '127.0.0.1')))
})

const hasOpenssl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0

test.skipIf(!hasOpenssl)('what TLS takes shows too', async () => {
  const home = mkdtempSync(join(tmpdir(), 'backchat-certificate-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const files = { key: join(home, 'key.pem'), cert: join(home, 'cert.pem') }
  const certificate = ['-keyout', files.key, '-out', files.cert, '-nodes', '-days', '1', '-subj', '/CN=localhost']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...certificate], { stdio: 'ignore' })
  const server = createTlsServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) })
  await showsProgress(
    await writing(server, 'secureConnection', (port) =>
      dialTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
    ),
  )
})

test('where Node does not show it, whole writes are counted', () => {
  const stream = Object.assign(new PassThrough(), { bytesWritten: 1_000, _handle: {} })
  expect(takenBytes(stream)).toBe(1_000)
  stream.write(Buffer.alloc(100_000))
  expect(takenBytes(Object.assign(stream, { bytesWritten: 101_000, _handle: null }))).toBe(
    101_000 - stream.writableLength,
  )
})

test('of a stream that counts nothing nothing is known to be taken', () => {
  expect(takenBytes(new PassThrough())).toBe(0)
})

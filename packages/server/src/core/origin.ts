/** Which pages may connect: browsers say honestly in `Origin` where a page came from, and let any page dial anywhere. */

import type { IncomingMessage } from 'node:http'

/**
 * Whether the `Origin` of an upgrade is let in: when it is on the list, exactly, or the list has `*`; without a list when it is the origin
 * that the request was sent to. No `Origin` means that no browser speaks (RFC 6455 §10.2), and is let in.
 */
export const originAllowed = (request: IncomingMessage, origins: readonly string[] | undefined): boolean => {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  if (origins !== undefined) return origins.includes(origin) || origins.includes('*')
  return host !== undefined && sameHost(origin, host)
}

/** Schemes are not compared: behind a proxy that ends TLS the server cannot know its own. Default ports are left out on both sides. */
const sameHost = (origin: string, host: string): boolean => {
  try {
    const page = new URL(origin)
    return page.host !== '' && page.host === new URL(`${page.protocol}//${host}`).host
  } catch {
    return false
  }
}

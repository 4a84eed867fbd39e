/** Takes the pictures of the inspector that the READMEs show: `node test/browser/screenshots-inspector.mjs`, after `npm run build`. */

import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { busyServer } from './busy-server.mjs'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const server = await busyServer({ stuckAfter: 5_000 })
const [ada, grace, linus, margaret] = await Promise.all(['ada', 'grace', 'linus', 'margaret'].map(server.join))

/** Everyday talk, so that there is something to count. */
const talk = async (client, times) => {
  for (let time = 0; time < times; time += 1) await client.request('text', { text: 'hello' })
}
await Promise.all([ada, grace, linus, margaret].map((client) => talk(client, 40)))
const stuck = server.hang(ada, 'search')
const story = await server.readSlowly(grace)
server.hang(linus, 'upload')
server.hang(linus, 'upload')
await server.vanish('dorothy', 'V1StGXR8Z5jdHi6BmyT2a')
await sleep(2_000)
server.cut('ada')
await sleep(8_000)
server.hang(margaret, 'search')

const browser = await chromium.launch({
  executablePath: process.env.BACKCHAT_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
})

async function picture(name, id, options) {
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(server.url + (id === undefined ? '' : `#request=${id}`))
  for (let look = 0; look < 3; look += 1) await talk(margaret, 4).then(() => sleep(700))
  await page.screenshot({ path: `${folder}inspector-${name}.png` })
  await page.context().close()
}

const desktop = { viewport: { width: 1240, height: 860 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
await picture('desktop', stuck, desktop)
await picture('desktop-dark', story, { ...desktop, colorScheme: 'dark' })
await picture('phone', undefined, phone)
await picture('phone-dark', stuck, { ...phone, colorScheme: 'dark' })

await browser.close()
await server.stop()

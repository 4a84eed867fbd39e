/** Takes the pictures of the web chat that the READMEs show: `node test/browser/screenshots.mjs`, after `npm run build`. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const supervisor = fileURLToPath(new URL('../../examples/web-chat/dist/supervisor.js', import.meta.url))
const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
mkdirSync(folder, { recursive: true })

const server = spawn(process.execPath, [supervisor], {
  env: { ...process.env, PORT: '0', CHAT_DATA: mkdtempSync(join(tmpdir(), 'backchat-chat-')) },
  stdio: ['ignore', 'pipe', 'inherit'],
})
// Whatever happens here, nothing is left running.
process.on('exit', () => server.kill('SIGTERM'))
const [address] = await new Promise((resolve) => {
  createInterface(server.stdout).on('line', (line) => {
    const found = line.match(/http:\/\/localhost:\d+/)
    if (found) resolve(found)
  })
})
const browser = await chromium.launch({
  executablePath: process.env.BACKCHAT_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
})

async function open(options) {
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(address)
  await page.getByText('Online', { exact: true }).waitFor()
  return page
}
const say = async (page, text) => {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
}
const answered = (page) => page.locator('.you .tick[data-tick="answered"]').last().waitFor({ timeout: 60_000 })
const picture = (page, name) => page.screenshot({ path: `${folder}chat-${name}.png` })

async function converse(page) {
  await say(page, 'Hello, my name is Ada')
  await answered(page)
  await say(page, 'Tell me a long story')
  await sleep(6_000)
}

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
const onPhone = await open({ ...phone, colorScheme: 'dark' })
await converse(onPhone)
await picture(onPhone, 'phone')
await onPhone.getByRole('button', { name: 'Break it' }).click()
await picture(onPhone, 'phone-panel')
await onPhone.context().close()

const desktop = await open({ viewport: { width: 1240, height: 800 } })
await converse(desktop)
await desktop.getByRole('button', { name: 'Cut the link' }).click()
await sleep(4_000)
await picture(desktop, 'desktop')
await desktop.getByRole('button', { name: 'Half-open' }).click()
await desktop.locator('.pill[data-state="waiting"], .pill[data-state="connecting"]').waitFor({ timeout: 20_000 })
await picture(desktop, 'broken')
await desktop.locator('.message.you .tick[data-tick="answered"]').nth(1).waitFor({ timeout: 60_000 })
await picture(desktop, 'recovered')
await say(desktop, 'Tell me the story again')
await sleep(3_000)
await desktop.getByRole('button', { name: 'Kill the server' }).click()
await desktop.getByText('The server was restarted').waitFor({ timeout: 30_000 })
await say(desktop, 'What is my name?')
await answered(desktop)
await sleep(3_000)
await picture(desktop, 'killed')

await browser.close()
server.kill('SIGTERM')
await once(server, 'exit')

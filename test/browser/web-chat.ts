/** The web chat as `npm start` serves it, in a process of its own, and a real Chromium to look at it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const supervisor = fileURLToPath(new URL('../../examples/web-chat/dist/supervisor.js', import.meta.url))

// A browser that looks for updates, or for its maker's hosts, is not what is tested.
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export class WebChat {
  readonly address: string
  readonly #process: ChildProcess
  readonly #browser: Browser

  private constructor(address: string, process: ChildProcess, browser: Browser) {
    this.address = address
    this.#process = process
    this.#browser = browser
  }

  static async start(): Promise<WebChat> {
    const process_ = spawn(process.execPath, [supervisor], {
      env: { ...process.env, PORT: '0', CHAT_DATA: await mkdtemp(join(tmpdir(), 'backchat-chat-')) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const address = await addressIn(process_)
    const executablePath = process.env['BACKCHAT_CHROMIUM'] ?? '/usr/bin/chromium'
    return new WebChat(address, process_, await chromium.launch({ executablePath, args: quiet }))
  }

  /** A page of its own: no storage, no cookie of another. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1200, height: 800 }, ...options })
    const page = await context.newPage()
    await page.goto(this.address)
    return page
  }

  async stop(): Promise<void> {
    await this.#browser.close()
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await exit
  }
}

async function addressIn(started: ChildProcess): Promise<string> {
  if (!started.stdout) throw new Error('The supervisor has no output.')
  for await (const line of createInterface(started.stdout)) {
    const address = line.match(/http:\/\/localhost:\d+/)?.[0]
    if (address) return address
  }
  throw new Error('The supervisor ended without an address.')
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
}

/** The text of the newest answer, as far as it has come. */
export async function newestAnswer(page: Page): Promise<string> {
  return (await page.locator('.bot .bubble').last().textContent({ timeout: 5_000 })) ?? ''
}

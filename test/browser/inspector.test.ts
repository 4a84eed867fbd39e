/** The inspector's page in a real Chromium: what a person sees of a busy server, and that nobody's name can do anything to it. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { busyServer } from './busy-server.mjs'

let browser: Browser
let server: Awaited<ReturnType<typeof busyServer>>
let lets = true
const troubles: string[] = []
const looks: string[] = []

beforeAll(async () => {
  const executablePath = process.env['BACKCHAT_CHROMIUM'] ?? '/usr/bin/chromium'
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  browser = await chromium.launch({ executablePath, args })
})
afterAll(() => browser.close())
beforeEach(async () => {
  lets = true
  server = await busyServer({
    stuckAfter: 500,
    allow: ({ url }: { url?: string }) => {
      looks.push(String(url))
      return lets
    },
  })
})
afterEach(async () => {
  await server.stop()
  expect(troubles.splice(0)).toEqual([])
  looks.length = 0
})

async function open(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1240, height: 860 }, ...options })
  const page = await context.newPage()
  page.on('pageerror', (error) => troubles.push(String(error)))
  // Also what the page's own policy forbids.
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  page.on('dialog', (dialog) => troubles.push(dialog.message()))
  await page.goto(server.url + hash)
  await page.locator('#line[data-is="live"]').waitFor()
  return page
}

const number = (page: Page, name: string) =>
  page.locator('#glance div', { has: page.locator('dt', { hasText: name }) }).locator('.number')
const trace = (page: Page) => page.locator('#trace')

test('an empty server says so in words', async () => {
  const page = await open()
  for (const words of ['All quiet', 'Nobody has come yet.', 'Nobody is connected.', 'Choose a request'])
    await page.getByText(words).waitFor()
  await page.context().close()
})

test('it is told live who comes, what is stuck and why, and what is over', async () => {
  const page = await open()
  const ada = await server.join('ada')
  await page.locator('#connections .user', { hasText: 'ada' }).waitFor()
  const id = server.hang(ada, 'search')
  const row = page.locator('#requests li', { hasText: id })
  await row.getByText('Stuck: silent for').waitFor()
  expect(await row.getAttribute('data-stage')).toBe('started')
  expect(await row.locator('.user').textContent()).toBe('ada')
  await expect.poll(() => number(page, 'Stuck').textContent()).toBe('1')
  await server.readSlowly(ada)
  await page.getByText('Stuck: waits for its reader').waitFor()
  await server.vanish('dorothy', 'her-request')
  const hers = page.locator('#requests li', { hasText: 'her-request' })
  await hers.getByText('Its answer is kept; the client has had no link here for').waitFor()
  expect([await hers.getAttribute('data-stuck'), await hers.getAttribute('data-away')]).toEqual(['false', 'true'])
  await page.locator('#sessions li[data-attached="false"]', { hasText: 'dorothy' }).getByText('away').waitFor()
  await ada.close()
  await row.waitFor({ state: 'detached' })
  await expect.poll(() => number(page, 'Stuck').textContent()).toBe('0')
  await page.context().close()
})

test('a request is chosen: how far it got, and what was said of it; Escape ends that', async () => {
  const ada = await server.join('ada')
  const id = server.hang(ada, 'search')
  const page = await open()
  await page.locator('#requests .row').click()
  await trace(page).getByText('Silent for').waitFor()
  await trace(page).getByText('request', { exact: true }).waitFor()
  expect(await page.locator('#trace-id').textContent()).toBe(id)
  expect(await page.locator('#trace-facts').textContent()).toMatch(/Stagestarted.*Userada/)
  await page.keyboard.press('Escape')
  await trace(page).getByText('Choose a request').waitFor()
  await page.locator('#sessions .row').click()
  await trace(page).getByText('welcome').waitFor()
  await page.context().close()
})

test('one that is settled is found by its id, also from a link', async () => {
  const ada = await server.join('ada')
  const pending = ada.request('text', { text: 'hello' })
  await pending
  // It is confirmed within 2 s [P-22].
  await expect.poll(() => server.manager.explain(pending.id)?.stage, { timeout: 10_000 }).toBe('settled')
  const page = await open(`#request=${pending.id}`)
  await trace(page).getByText('settled with ok, confirmed by the client').waitFor()
  await page.getByLabel('Find').fill('nobody-knows-this')
  await page.keyboard.press('Enter')
  await trace(page).getByText('Nothing is known of it here').waitFor()
  await page.getByText('No session fits.').waitFor()
  await page.getByLabel('Find').fill('ada')
  await page.locator('#sessions .user', { hasText: 'ada' }).waitFor()
  await page.context().close()
})

test('names that are markup are shown as they are, and do nothing', async () => {
  const evil = (n: number) => `<img src=x onerror="document.title='owned ${n}'"><script>document.title='owned'</script>`
  server.manager.registerHandler(evil(1), () => new Promise(() => {}))
  const client = await server.join(evil(2))
  server.hang(client, evil(1))
  await server.vanish('</script><b>eve', evil(3))
  const page = await open(`#request=${encodeURIComponent(evil(3))}`)
  await trace(page).locator('#records li').first().waitFor()
  expect(await page.locator('#trace-id').textContent()).toBe(evil(3))
  await page.locator('#requests .type', { hasText: evil(1) }).waitFor()
  await page.locator('#connections .user', { hasText: evil(2) }).waitFor()
  await page.locator('#sessions .user', { hasText: '</script><b>eve' }).waitFor()
  expect(await page.locator('img, b:not(#records b), script:not(body > script)').count()).toBe(0)
  expect(await page.title()).toBe('Backchat inspector')
  // Even who could write markup into the page could not.
  const refused = await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<img src=x>')
      return 'written'
    } catch (error) {
      return String(error)
    }
  })
  expect(refused).toContain('TrustedHTML')
  expect(troubles.splice(0).join()).toContain('TrustedHTML')
  await page.context().close()
})

test('while nobody can see it, nothing is asked', async () => {
  const page = await open()
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await hide(true)
  await page.getByText('paused while hidden').waitFor()
  const looksMore = async () => {
    const before = looks.length
    await page.waitForTimeout(2_500)
    return looks.length - before
  }
  // A look that was under way may still arrive.
  await expect.poll(looksMore, { timeout: 30_000 }).toBe(0)
  const before = looks.length
  await hide(false)
  await expect.poll(() => looks.length).toBeGreaterThan(before)
  await page.context().close()
})

test('who may not look any more is told, and what is gone is looked for again', async () => {
  const page = await open()
  lets = false
  await page.getByText('You may not look any more.').waitFor()
  lets = true
  await page.locator('#line[data-is="live"]').waitFor()
  await page.route('**/*state*', (route) => route.abort())
  await page.getByText('no answer; trying again').waitFor()
  await page.unroute('**/*state*')
  await page.locator('#line[data-is="live"]').waitFor()
  for (const trouble of troubles.splice(0)) expect(trouble).toMatch(/Failed to load resource/)
  await page.context().close()
})

test('it fits a phone, by day and by night', async () => {
  const type = 'a-type-with-a-name-that-is-much-longer-than-it-should-be'
  server.manager.registerHandler(type, () => new Promise(() => {}))
  const id = server.hang(await server.join('ada'), type)
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
  const grounds = []
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(`#request=${id}`, { ...phone, colorScheme })
    await trace(page).getByText('Silent for').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    await page.getByRole('button', { name: 'Close' }).click()
    await trace(page).waitFor({ state: 'hidden' })
    await page.context().close()
  }
  expect(new Set(grounds).size).toBe(2)
})

/** The web chat in a real Chromium: a person types, an answer streams back, and pulling the plug in the middle costs nothing. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { story } from '../../examples/web-chat/src/story.js'
import { newestAnswer, say, WebChat } from './web-chat.js'

let chat: WebChat
let page: Page
const errors: string[] = []

beforeAll(async () => {
  chat = await WebChat.start()
})
afterAll(() => chat.stop())
afterEach(async () => {
  await page.context().close()
  expect(errors.splice(0)).toEqual([])
})

async function open(): Promise<void> {
  page = await chat.open()
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.getByText('Online', { exact: true }).waitFor()
}

const tick = () => page.locator('.you .tick').last().getAttribute('data-tick')
const whenAnswered = () => expect.poll(tick, { timeout: 45_000 }).toBe('answered')

async function askForTheStory(): Promise<void> {
  await say(page, 'Tell me a long story')
  await expect.poll(async () => (await newestAnswer(page)).length, { timeout: 10_000 }).toBeGreaterThan(200)
}

test('a person chats: the bot answers and knows what was said first', async () => {
  await open()
  await say(page, 'Hello, my name is Ada')
  await whenAnswered()
  await say(page, 'What did I say first?')
  await whenAnswered()
  expect(await newestAnswer(page)).toContain('Hello, my name is Ada')
})

test('offline and back in the middle of a streamed answer: it is seen whole, and once', async () => {
  await open()
  await askForTheStory()
  await page.context().setOffline(true)
  await page
    .locator('.pill')
    .getByText(/Next try|Connecting/)
    .waitFor({ timeout: 15_000 })
  const before = await newestAnswer(page)
  await sleep(2_000)
  expect(await newestAnswer(page)).toBe(before)
  await page.context().setOffline(false)
  await whenAnswered()
  expect(await newestAnswer(page)).toBe(story)
  expect(await page.locator('.bot .bubble').count()).toBe(1)
})

test('the link is cut, then half-open, while the story is told: it is seen whole, and once', async () => {
  await open()
  await askForTheStory()
  await page.getByRole('button', { name: 'Cut the link' }).click()
  await expect.poll(async () => (await newestAnswer(page)).length, { timeout: 15_000 }).toBeGreaterThan(600)
  await page.getByRole('button', { name: 'Half-open' }).click()
  await whenAnswered()
  expect(await newestAnswer(page)).toBe(story)
  expect(await page.locator('.bot .bubble').count()).toBe(1)
})

test('the server is killed: the person is told what is known, and the bot knows the conversation again', async () => {
  await open()
  await say(page, 'Hello, my name is Grace')
  await whenAnswered()
  await askForTheStory()
  await page.getByRole('button', { name: 'Kill the server' }).click()
  await expect.poll(tick, { timeout: 20_000 }).toBe('failed')
  await page.getByText('This answer is not whole.').waitFor()
  await page.getByText('The server was restarted').waitFor()
  await say(page, 'What is my name?')
  await whenAnswered()
  expect(await newestAnswer(page)).toContain('Grace')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(async () => (await newestAnswer(page)).slice(0, 10), { timeout: 10_000 }).toBe(story.slice(0, 10))
})

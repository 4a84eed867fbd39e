/** What the page builds with: elements, words, and lists whose rows stay. Whatever it shows is set as text, never as markup. */

export const elements = `
'use strict'

const everyMs = 1000
const by = (id) => document.getElementById(id)

const make = (tag, name = '', text = '') => {
  const element = document.createElement(tag)
  element.className = name
  element.textContent = text
  return element
}
const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text
}
const mark = (element, name, value) => {
  if (element.dataset[name] !== value) element.dataset[name] = value
}

// ---- words ----

const plural = (count, one, many = one + 's') => count.toLocaleString('en') + ' ' + (count === 1 ? one : many)
const duration = (ms) => {
  if (ms < 1000) return Math.round(ms) + ' ms'
  if (ms < 120000) return Math.round(ms / 1000) + ' s'
  if (ms < 7200000) return Math.round(ms / 60000) + ' min'
  return ms < 172800000 ? Math.round(ms / 3600000) + ' h' : Math.round(ms / 86400000) + ' d'
}
const size = (bytes) => {
  if (bytes < 1024) return bytes + ' B'
  return bytes < 1048576 ? Math.round(bytes / 1024) + ' KiB' : (bytes / 1048576).toFixed(1) + ' MiB'
}
const clock = (ms) => new Date(ms).toTimeString().slice(0, 8) + '.' + String(Math.floor(ms) % 1000).padStart(3, '0')
const sentence = (text) => (text === '' ? '' : text[0].toUpperCase() + text.slice(1))

// ---- lists whose elements stay: who reads, selects or tabs is not disturbed ----

const show = (list, items, keyOf, build, fill) => {
  const old = list.elements_ ?? new Map()
  const elements = new Map()
  items.forEach((item, index) => {
    const key = keyOf(item)
    const element = old.get(key) ?? build(item)
    elements.set(key, element)
    fill(element, item)
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null)
  })
  while (list.children.length > items.length) list.lastChild.remove()
  list.elements_ = elements
}
const empty = (list, words) => {
  const paragraph = list.parentElement.querySelector('.empty')
  paragraph.hidden = list.children.length > 0
  put(paragraph, words)
}
const count = (id, { rows, count }, words) => put(by(id), count > rows.length ? rows.length + ' of ' + words : words)

/** A row that is chosen by a click: two lines, with a place for each fact. */
const row = (...names) => (item) => {
  const element = make('li')
  const button = make('button', 'row')
  button.type = 'button'
  button.append(...names.map((name) => make('span', name)))
  button.addEventListener('click', () => choose(element.chosen_))
  element.append(button)
  return element
}
const fill = (element, chosen, facts, marks = {}) => {
  element.chosen_ = chosen
  mark(element, 'chosen', String(chosen.name === chosenNow?.name && chosen.id === chosenNow?.id))
  for (const [name, text] of Object.entries(facts)) put(element.querySelector('.' + name), text)
  for (const [name, value] of Object.entries(marks)) mark(element, name, value)
}
`

/** What the inspector's page does. Whatever it shows is set as text, never as markup. */

export const script = `
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

// ---- what is shown ----

let before
const rate = ({ atMs, figures }) => {
  const since = before === undefined ? 0 : atMs - before.atMs
  const handled = before === undefined ? 0 : figures.totals.handled - before.figures.totals.handled
  return since > 0 ? Math.round((handled * 1000) / since) + ' a second' : ''
}

const glance = (state) => {
  const { connections, handshakes, sessions, running, queue, totals } = state.figures
  const { stuck } = state.requests
  const tiles = [
    ['Connections', connections, handshakes > 0 ? plural(handshakes, 'handshake') : ''],
    ['Sessions', sessions.attached + (sessions.detached ?? 0), sessions.detached === undefined ? '' : sessions.detached + ' away'],
    ['In flight', running, queue.requests > 0 ? queue.requests + ' not begun' : ''],
    ['Stuck', stuck, by('find').value === '' ? '' : 'of those found', stuck > 0 ? 'bad' : ''],
    ['Came back', totals.connections.resumed, totals.connections.lost > 0 ? totals.connections.lost + ' lost' : ''],
    ['Handled', totals.handled, rate(state)],
    ['Failed', totals.failed, totals.rateLimited > 0 ? totals.rateLimited + ' rate limited' : '', totals.failed > 0 ? 'bad' : ''],
    ['Unsent', size(queue.sendBufferBytes), queue.storeOperations > 0 ? plural(queue.storeOperations, 'store operation') : ''],
  ]
  const build = () => {
    const tile = make('div')
    tile.append(make('dt'), make('dd', 'number'), make('dd', 'note'))
    return tile
  }
  show(by('glance'), tiles, ([name]) => name, build, (tile, [name, value, note, is = '']) => {
    put(tile.children[0], name)
    put(tile.children[1], typeof value === 'number' ? value.toLocaleString('en') : value)
    put(tile.children[2], note)
    mark(tile, 'is', is)
  })
}

const requests = ({ requests }, find) => {
  const list = by('requests')
  const words = requests.count.toLocaleString('en') + ' not settled'
  count('requests-count', requests, requests.count > 0 ? words : '')
  show(list, requests.rows, ({ sessionId, n }) => sessionId + ' ' + n, row('type', 'user', 'id', 'age', 'stage', 'reason'), (element, each) => {
    const facts = { type: each.type, user: each.userId, id: each.id, age: duration(each.ageMs), stage: each.stage, reason: sentence(each.stuck ? 'stuck: ' + each.reason : each.reason) }
    fill(element, { name: 'request', id: each.id }, facts, { stage: each.stage, stuck: String(each.stuck), away: String(each.away) })
  })
  empty(list, find ? 'No open request fits. Press Enter to ask for the id of one that is settled.' : 'All quiet: whatever was asked has been answered.')
}

const sessions = ({ sessions }, find) => {
  const list = by('sessions')
  count('sessions-count', sessions, sessions.count > 0 ? plural(sessions.count, 'known here', 'known here') : '')
  show(list, sessions.rows, ({ id }) => id, row('user', 'id', 'state', 'reason'), (element, each) => {
    const state = (each.attached ? 'attached ' : 'away ') + duration(each.ageMs)
    const reason = [each.open > 0 ? plural(each.open, 'open request') : '', each.attached ? '' : (each.left ?? '').replace(/[.]$/, '')]
    fill(element, { name: 'session', id: each.id }, { user: each.user, id: each.id, state, reason: reason.filter(Boolean).join(' · ') }, { attached: String(each.attached) })
  })
  empty(list, find ? 'No session fits.' : 'Nobody has come yet.')
}

const connections = ({ connections }, find) => {
  const list = by('connections')
  count('connections-count', connections, connections.count > 0 ? plural(connections.count, 'live', 'live') : '')
  show(list, connections.rows, ({ id }) => id, row('user', 'id', 'age', 'reason', 'bytes'), (element, each) => {
    const reason = [each.address ?? 'address unknown', each.resumed ? 'came back' : ''].filter(Boolean).join(' · ')
    fill(element, { name: 'session', id: each.session }, { user: each.user, id: each.id, age: duration(each.ageMs), reason, bytes: each.queuedBytes > 0 ? size(each.queuedBytes) + ' unsent' : '' })
  })
  empty(list, find ? 'No connection fits.' : 'Nobody is connected.')
}

const timesOf = ([first, ...rest]) => [first.stage + ' ' + clock(first.atMs), ...rest.map(({ stage, atMs }) => stage + ' +' + duration(atMs - first.atMs))]
const factsOf = (explanation) => [
  ['Stage', explanation.stage],
  ['Outcome', explanation.outcome],
  ['Age', duration(explanation.ageMs)],
  ['Trace', timesOf(explanation.trace).join(', ')],
  ['User', explanation.userId],
  ['Session', explanation.sessionId],
  ['Connection', explanation.connectionId ?? 'unknown'],
]

const trace = ({ explanation, records }) => {
  const isRequest = chosenNow.name === 'request'
  put(by('trace-title'), isRequest ? (explanation?.type ?? 'Request') : 'Session')
  put(by('trace-id'), chosenNow.id)
  put(by('trace-text'), explanation === undefined ? (isRequest ? 'Nothing is known of it here, or not any more.' : '') : sentence(explanation.reason || explanation.text))
  mark(by('trace'), 'stage', explanation?.stage ?? '')
  const build = () => {
    const fact = make('div')
    fact.append(make('dt'), make('dd'))
    return fact
  }
  show(by('trace-facts'), explanation === undefined ? [] : factsOf(explanation), ([name]) => name, build, (fact, [name, value]) => {
    put(fact.children[0], name)
    put(fact.children[1], value)
  })
  const list = by('records')
  const seen = new Map()
  const keyOf = ({ atMs, link, direction, kind, n }) => {
    const key = [atMs, link, direction, kind, n].join(' ')
    seen.set(key, (seen.get(key) ?? 0) + 1)
    return key + ' ' + seen.get(key)
  }
  show(list, [...records].reverse(), keyOf, record, () => {})
  empty(list, 'The flight recorder has nothing of it: it is off, or has been overwritten.')
}

const record = ({ atMs, direction, kind, n, type, id, code, link }) => {
  const element = make('li')
  const what = make('span', 'what')
  what.append(make('b', '', kind), make('span', 'more', [n === undefined ? '' : '#' + n, type, code].filter((each) => each !== undefined && each !== '').join(' ')))
  element.append(make('time', '', clock(atMs)), make('span', 'direction', direction === 'in' ? '→' : '←'), what, make('span', 'link', 'link ' + link))
  mark(element, 'direction', direction)
  mark(element, 'bad', String(code !== undefined && code !== 1000))
  element.children[1].title = direction === 'in' ? 'from the client' : 'to the client'
  what.title = id ?? ''
  return element
}

// ---- what is looked at ----

let chosenNow
const choose = (chosen) => {
  location.hash = chosen === undefined ? '' : chosen.name + '=' + encodeURIComponent(chosen.id)
}
const readHash = () => {
  const [name, id] = location.hash.slice(1).split('=', 2)
  chosenNow = name === 'request' || name === 'session' ? { name, id: decodeURIComponent(id ?? '') } : undefined
  mark(document.body, 'chosen', String(chosenNow !== undefined))
  by('trace').scrollTop = 0
  by('records').replaceChildren()
  empty(by('records'), chosenNow === undefined ? 'Choose a request or a session to see how far it got, and what was said of it last.' : '')
  look()
}

const line = (is, words) => {
  mark(by('line'), 'is', is)
  put(by('line').lastElementChild, words)
}

const ask = async (query) => {
  const response = await fetch('?' + query, { cache: 'no-store' })
  if (response.status === 401 || response.status === 403) throw new Error('You may not look any more.')
  if (!response.ok) throw new Error('The server answered ' + response.status + '.')
  return response.json()
}

const lookOnce = async () => {
  const find = by('find').value
  const chosen = chosenNow
  const state = await ask('state&find=' + encodeURIComponent(find))
  const traced = chosen && (await ask('records&' + chosen.name + '=' + encodeURIComponent(chosen.id)))
  glance(state)
  requests(state, find)
  sessions(state, find)
  connections(state, find)
  if (chosen !== undefined && chosen === chosenNow) trace(traced)
  before = state
  line('live', state.figures.phase + ' · ' + clock(state.atMs).slice(0, 8))
}

let timer
let looking
const look = () => {
  clearTimeout(timer)
  if (document.hidden) return line('waiting', 'paused while hidden')
  looking ??= lookOnce()
    .catch((error) => line('bad', error.name === 'TypeError' ? 'no answer; trying again' : error.message))
    .finally(() => {
      looking = undefined
      clearTimeout(timer)
      timer = setTimeout(look, everyMs)
    })
}

by('find').addEventListener('input', look)
by('search').addEventListener('submit', (event) => {
  event.preventDefault()
  const id = by('find').value.trim()
  if (id !== '') choose({ name: 'request', id })
})
by('close').addEventListener('click', () => choose(undefined))
addEventListener('keydown', ({ key }) => key === 'Escape' && choose(undefined))
addEventListener('hashchange', readHash)
document.addEventListener('visibilitychange', look)
line('waiting', 'looking')
readHash()
`

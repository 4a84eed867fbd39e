/** What the page shows of the state and of a trace. */

export const views = `
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
`

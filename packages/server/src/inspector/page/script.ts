/** What the page does: it looks each second, while somebody can see it. */

import { elements } from './elements.js'
import { views } from './views.js'

const looking = `
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

export const script = `${elements}${views}${looking}`

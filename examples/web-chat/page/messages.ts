/** Draws the conversation: bubbles, ticks, notices. Knows nothing of links. */

import { element, make } from './elements.js'

export type Tick = 'queued' | 'sent' | 'received' | 'answered' | 'failed'

const ticks: Record<Tick, { readonly sign: string; readonly word: string }> = {
  queued: { sign: '◷', word: 'Queued' },
  sent: { sign: '✓', word: 'Sent' },
  received: { sign: '✓✓', word: 'Received' },
  answered: { sign: '✓✓', word: 'Answered' },
  failed: { sign: '⚠', word: 'Failed' },
}

/** What a person said, and what became of it. */
export interface Said {
  tick(tick: Tick): void
  /** Says why there is no answer, and offers to say it again. */
  failed(reason: string, again: () => void): void
}

/** An answer that grows. */
export interface Answer {
  add(text: string): void
  /** It is whole. */
  end(): void
  /** It will not go on: nothing is left of it when nothing came, else what came, marked. */
  cutOff(): void
}

const scroll = element('scroll', HTMLElement)
const list = element('messages', HTMLOListElement)
const empty = element('empty', HTMLDivElement)
const toEnd = element('to-end', HTMLButtonElement)

export function drawSaid(text: string, explain: () => readonly string[]): Said {
  const tick = make('button', 'tick')
  tick.type = 'button'
  const under = make('div', 'under', tick)
  const said = make('li', 'message you', make('span', 'hidden', 'You: '), make('div', 'bubble', text), under)
  tick.addEventListener('click', () => {
    const open = under.querySelector('.trace')
    if (open) open.remove()
    else under.append(make('ul', 'trace', ...explain().map((line) => make('li', '', line))))
    tick.setAttribute('aria-expanded', String(!open))
  })
  append(said)
  const draw = (state: Tick): void => {
    tick.dataset['tick'] = state
    tick.replaceChildren(make('span', '', ticks[state].sign), ` ${ticks[state].word}`)
    tick.setAttribute('aria-label', `${ticks[state].word}. Show how far this message got`)
    tick.setAttribute('aria-expanded', 'false')
    under.querySelector('.trace')?.remove()
  }
  draw('queued')
  return {
    tick: draw,
    failed(reason, again) {
      draw('failed')
      const button = make('button', 'again', 'Try again')
      button.type = 'button'
      const why = make('p', 'reason', reason)
      why.setAttribute('role', 'alert')
      button.addEventListener('click', () => {
        said.remove()
        again()
      })
      under.append(button, why)
      keepEndInView()
    },
  }
}

/** `stop` is what the person may press while the answer comes. */
export function drawAnswer(stop?: () => void): Answer {
  const bubble = make('div', 'bubble')
  const under = make('div', 'under')
  const answer = make('li', 'message bot streaming', make('span', 'hidden', 'Answer: '), bubble, under)
  // A reader that speaks every word as it comes cannot be listened to: it hears the answer when it is whole.
  answer.setAttribute('aria-busy', 'true')
  if (stop) {
    const button = make('button', 'stop', 'Stop')
    button.type = 'button'
    button.addEventListener('click', stop)
    under.append(button)
  }
  const finish = (): void => {
    answer.classList.remove('streaming')
    answer.removeAttribute('aria-busy')
    under.replaceChildren()
  }
  return {
    add(text) {
      if (!answer.isConnected) append(answer)
      bubble.append(text)
      keepEndInView()
    },
    end: finish,
    cutOff() {
      finish()
      answer.classList.add('cut-off')
      under.append('This answer is not whole.')
    },
  }
}

export function drawNotice(text: string, loud = false): void {
  append(make('li', loud ? 'notice loud' : 'notice', text))
}

let atEnd = true
scroll.addEventListener('scroll', () => {
  atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60
  if (atEnd) toEnd.hidden = true
})
toEnd.addEventListener('click', () => {
  atEnd = true
  keepEndInView()
})

function append(item: HTMLLIElement): void {
  list.append(item)
  if (!item.classList.contains('notice')) empty.hidden = true
  if (item.classList.contains('you')) atEnd = true
  keepEndInView()
}

/** Follows the conversation, unless the person reads further up. */
function keepEndInView(): void {
  if (atEnd) scroll.scrollTop = scroll.scrollHeight
  toEnd.hidden = atEnd
}

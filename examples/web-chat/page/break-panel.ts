/** The panel *Break it*: four buttons, and what happened. */

import { element, make } from './elements.js'

const panel = element('panel', HTMLElement)
const toggle = element('panel-toggle', HTMLButtonElement)
const close = element('panel-close', HTMLButtonElement)
const happened = element('happened', HTMLOListElement)
const mostLines = 100

export function log(text: string, kind: '' | 'good' | 'bad' = ''): void {
  const now = new Date()
  const time = make('time', '', now.toLocaleTimeString('en-GB'))
  time.dateTime = now.toISOString()
  happened.prepend(make('li', '', time, make('span', kind, text)))
  while (happened.children.length > mostLines) happened.lastElementChild?.remove()
}

export function openPanel(): void {
  for (const button of panel.querySelectorAll<HTMLButtonElement>('[data-break]')) {
    button.addEventListener('click', () => void press(button))
  }
  const show = (open: boolean): void => {
    panel.classList.toggle('open', open)
    toggle.setAttribute('aria-expanded', String(open))
    if (!open) toggle.focus()
  }
  toggle.addEventListener('click', () => show(!panel.classList.contains('open')))
  close.addEventListener('click', () => show(false))
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && panel.classList.contains('open')) show(false)
  })
}

async function press(button: HTMLButtonElement): Promise<void> {
  const pressed = button.getAttribute('aria-pressed') === 'true'
  const breakage = button.dataset['break'] ?? ''
  const what = breakage === 'delay' && pressed ? 'no-delay' : breakage
  try {
    const response = await fetch(`break/${what}`, { method: 'POST' })
    if (!response.ok) throw new Error(`status ${response.status}`)
  } catch (error) {
    log(`The supervisor did not answer (${String(error)}).`, 'bad')
    return
  }
  if (breakage === 'delay') button.setAttribute('aria-pressed', String(!pressed))
  log(
    what === 'no-delay' ? 'You took the delay away' : `You pressed: ${button.querySelector('b')?.textContent ?? what}`,
    'bad',
  )
}

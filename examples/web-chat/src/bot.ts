/** A small bot that holds a conversation without an account anywhere: it remembers what was said, and it can tell a long story. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Line } from './contract.js'
import { story } from './story.js'

/** Says the answer to `text`, word by word, at the pace of somebody who types fast. */
export async function* bot(history: readonly Line[], text: string, signal: AbortSignal): AsyncGenerator<string, void> {
  for (const word of answer(history, text).split(/(?<=\s)/)) {
    await sleep(45, undefined, { signal })
    yield word
  }
}

interface Rule {
  readonly when: RegExp
  readonly say: (history: readonly Line[], match: RegExpMatchArray) => string
}

const rules: readonly Rule[] = [
  { when: /\bstory\b|故事/i, say: () => story },
  { when: /what did i (say|write|ask)|first (thing|message)|remember/i, say: recall },
  {
    when: /my name is (?<name>[\p{L}'-]+)|i am called (?<name2>[\p{L}'-]+)/iu,
    say: (_, match) => `Nice to meet you, ${named(match)}. I will keep that in mind, whatever happens to the link.`,
  },
  { when: /(what|who).*(my name|am i)\b/i, say: recallName },
  { when: /^\s*(hello|hi|hey|good (morning|evening|day)|你好)\b/i, say: greet },
  { when: /\b(thanks?|thank you|谢谢)\b/i, say: () => 'You are welcome.' },
  { when: /\b(bye|goodbye|see you)\b/i, say: () => 'Good-bye. I will be here, and so will what you said.' },
  { when: /how are you/i, say: () => 'I am a few dozen lines of rules, and all of them are well. How are you?' },
  {
    when: /what can you do|\bhelp\b/i,
    say: () =>
      'I remember what you say, I can tell a long story, and I answer through lost links. Try this: ask me for the story, and cut the link while I tell it.',
  },
  {
    when: /how (does|do) (this|it|you) work|backchat/i,
    say: () =>
      'Each thing you say has a number. My server writes down what became of it before it answers, so when the link is lost your page asks again under the same number, and gets the answer I already gave, once.',
  },
  { when: /\b(time|date|day)\b/i, say: () => `My clock says ${new Date().toUTCString()}.` },
]

function answer(history: readonly Line[], text: string): string {
  for (const rule of rules) {
    const match = text.match(rule.when)
    if (match) return rule.say(history, match)
  }
  return musing(history, text)
}

function greet(history: readonly Line[]): string {
  const name = knownName(history)
  return history.length === 0
    ? 'Hello! Say something, or ask me for a long story and pull the plug in the middle. I will finish it.'
    : `Hello again${name ? `, ${name}` : ''}. We have been talking for ${said(history).length} messages.`
}

function recall(history: readonly Line[]): string {
  const [first] = said(history)
  if (!first) return 'So far you have only asked me this.'
  const last = said(history).at(-1)
  return last === first
    ? `You have said one thing before: “${first}”.`
    : `The first thing you said was “${first}”. The latest before this was “${last}”.`
}

function recallName(history: readonly Line[]): string {
  const name = knownName(history)
  return name
    ? `You are ${name}. You told me so.`
    : 'You have not told me your name. Say “my name is …” and I will know it.'
}

function musing(history: readonly Line[], text: string): string {
  const turns = [
    `“${shorten(text)}”: I see. Tell me more?`,
    `What makes you say “${shorten(text)}”?`,
    `I have no rule for “${shorten(text)}”, but I heard it, once. Ask me what you said first, or for a story.`,
    `Noted: “${shorten(text)}”. That is message number ${said(history).length + 1} of yours.`,
  ]
  return turns[said(history).length % turns.length] ?? text
}

const said = (history: readonly Line[]): readonly string[] =>
  history.filter((line) => line.who === 'you').map((line) => line.text)

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

const named = (match: RegExpMatchArray): string => match.groups?.['name'] ?? match.groups?.['name2'] ?? 'you'

function knownName(history: readonly Line[]): string | undefined {
  for (const text of [...said(history)].reverse()) {
    const match = text.match(/my name is ([\p{L}'-]+)|i am called ([\p{L}'-]+)/iu)
    if (match) return match[1] ?? match[2]
  }
  return undefined
}

/** The flight recorder: the newest headers of what was said on all links, for who asks afterwards. It never keeps content, tokens or secrets. */

import { type Json, pushDefaults, type ReceivedByServer, type ServerFrame } from '@backchat/protocol'
import type { Connection, FlightFilter, FlightRecord } from '../api.js'
import type { Input, LinkId } from '../machine/inputs.js'
import { clip } from './clip.js'
import type { ShellEffect } from './machine-driver.js'
import { Ring } from './ring.js'

export interface RecorderOptions {
  /** How many records are kept; from 1. */
  readonly capacity: number
  /** Milliseconds since 1970. */
  readonly wall: () => number
  readonly connectionOf: ConnectionOf
}

/** What a link is, or was, to the application. */
export type ConnectionOf = (link: LinkId) => Pick<Connection, 'id' | 'session' | 'user'> | undefined

/** A request, by its session and its number there. */
export interface Numbered {
  readonly sessionId: string | undefined
  readonly n: number | undefined
}

/** What is noted at once; the rest is found when somebody asks, which is rare. */
type Note = { -readonly [Field in Exclude<keyof FlightRecord, 'connectionId' | 'sessionId'>]: FlightRecord[Field] }
type Header = Partial<Pick<Note, 'type' | 'id' | 'mode' | 'refused' | 'code'>>

export class FlightRecorder {
  readonly #options: RecorderOptions
  readonly #notes: Ring<Note>
  /** The push that was looked at last. Its text is dropped with the next one; no record has it. */
  #pushed: { readonly message: Json | undefined; readonly header: Header } = { message: undefined, header: none }

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#notes = new Ring(options.capacity)
  }

  /** Something happened. */
  heard(input: Input): void {
    if (input.kind === 'received') this.#received(input.link, input.frame)
    else if (input.kind === 'opened' || input.kind === 'garbled' || input.kind === 'closed')
      this.#note('in', input.link, input.kind)
  }

  /** Something was done. */
  performed(effect: ShellEffect): void {
    if (effect.kind === 'transmit') this.#transmitted(effect.link, effect.frame)
    else if (effect.kind === 'abandon') this.#note('out', effect.link, 'abandoned', undefined, { code: effect.code })
  }

  /** Those that fit, oldest first. `numbered`: the request of that id, where it is known apart from the records. */
  records({ session, request }: FlightFilter = {}, numbered?: Numbered): readonly FlightRecord[] {
    const id = request === undefined ? undefined : clip(request)
    const meant = id === undefined ? undefined : (numbered ?? this.#request(id))
    const fitting: Note[] = []
    for (const note of this.#notes.all()) {
      if (id !== undefined && !this.#isAbout(note, id, meant)) continue
      if (session === undefined || session === this.#sessionOf(note)) fitting.push(note)
    }
    return this.#named(fitting)
  }

  #request(id: string): Numbered | undefined {
    for (const note of this.#notes.all())
      if (note.kind === 'request' && note.id === id) return { sessionId: this.#sessionOf(note), n: note.n }
    return undefined
  }

  /** An answer has no id: it is known by its session and number. */
  #isAbout(note: Note, id: string, meant: Numbered | undefined): boolean {
    if (!isOfRequest(note.kind)) return note.id === id
    return meant !== undefined && note.n === meant.n && this.#sessionOf(note) === meant.sessionId
  }

  #sessionOf({ link }: Note): string | undefined {
    return this.#options.connectionOf(link)?.session.id
  }

  #received(link: LinkId, frame: ReceivedByServer): void {
    switch (frame.kind) {
      case 'request':
        return this.#note('in', link, 'request', frame.n, {
          mode: frame.mode,
          type: clip(frame.message.type),
          id: clip(frame.message.id),
        })
      case 'cancel':
        return this.#note('in', link, 'cancel', frame.n)
      case 'ack':
        return this.#note('in', link, 'ack', frame.floor)
      case 'answer':
        return this.#note('in', link, 'answer', frame.push, { id: clip(frame.message.id) })
      case 'answerError':
        return this.#note('in', link, 'answerError', frame.push, { code: frame.error.code })
      case 'ping':
      case 'pong':
        return
      default:
        return this.#note('in', link, frame.kind)
    }
  }

  /** Signs of life would push out what matters, and so would all chunks but the first. */
  #transmitted(link: LinkId, frame: ServerFrame<Json>): void {
    switch (frame.kind) {
      case 'started':
      case 'reply':
      case 'cancelled':
        return this.#note('out', link, frame.kind, frame.n)
      case 'error':
        return this.#note('out', link, 'error', frame.n, { code: frame.error.code, refused: frame.refused === true })
      case 'chunk':
        return frame.chunk === 0 ? this.#note('out', link, 'chunk', frame.n) : undefined
      case 'push':
        return this.#note('out', link, 'push', frame.push, this.#headerOf(frame.message))
      case 'answered':
      case 'withdrawn':
        return this.#note('out', link, frame.kind, frame.push)
      case 'refuse':
        return this.#note('out', link, 'refuse', undefined, { code: frame.code })
      case 'ping':
      case 'pong':
        return
      default:
        return this.#note('out', link, frame.kind)
    }
  }

  /** A push to everybody is looked at once. */
  #headerOf(message: Json): Header {
    if (message !== this.#pushed.message) this.#pushed = { message, header: headerOf(message) }
    return this.#pushed.header
  }

  #note(
    direction: Note['direction'],
    link: LinkId,
    kind: Note['kind'],
    n?: number,
    { type, id, mode, refused = false, code }: Header = none,
  ): void {
    const atMs = this.#options.wall()
    const note = this.#notes.oldest
    if (note === undefined) {
      this.#notes.add({ atMs, direction, kind, link, n, type, id, mode, refused, code })
      return
    }
    // Two for each request: written over, they need no room, and no collection moves them.
    note.atMs = atMs
    note.direction = direction
    note.kind = kind
    note.link = link
    note.n = n
    note.type = type
    note.id = id
    note.mode = mode
    note.refused = refused
    note.code = code
    this.#notes.add(note)
  }

  /** With what is known of each link, and with each answer called by its request. */
  #named(notes: readonly Note[]): readonly FlightRecord[] {
    const requests = new Map<string, { type: string | undefined; id: string | undefined }>()
    return notes.map((note) => {
      const place = this.#options.connectionOf(note.link)
      const record: FlightRecord = { ...note, connectionId: place?.id, sessionId: place?.session.id }
      if (!isOfRequest(note.kind)) return record
      const request = `${record.sessionId} ${note.n}`
      if (note.kind === 'request') requests.set(request, { type: note.type, id: note.id })
      return { ...record, ...requests.get(request) }
    })
  }
}

const none: Header = {}

/** Whether the number is one of a request. */
const isOfRequest = (kind: Note['kind']): boolean => kinds.has(kind)
const kinds: ReadonlySet<Note['kind']> = new Set([
  'request',
  'cancel',
  'started',
  'chunk',
  'reply',
  'error',
  'cancelled',
] as const)

/** A push is text by now, which begins with its header [P-7]. */
const headerOf = (message: Json): Header => {
  const [, id, type] = pushHeader.exec(message) ?? []
  if (id === undefined) return {}
  return { id: copied(id), type: type === undefined ? pushDefaults.type : copied(type) }
}

const pushHeader = /^\{"id":"([^"\\]{1,128})","timestamp":"[^"]*"(?:,"type":"([^"\\]{1,128})")?/

/** A part of a text holds all of it in memory, but for short ones, which V8 copies; and copying bytes takes five times as long. */
const copied = (part: string): string =>
  part.length <= 2 * shortPart ? part.slice(0, shortPart) + part.slice(shortPart) : Buffer.from(part).toString()
const shortPart = 12

/** One accepted WebSocket: texts in, the frames of a turn out in one write, and a bound on what a slow reader leaves behind. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Clock, closeCodes, fitsInto, limits } from '@backchat/protocol'
import type { RawData, WebSocket } from 'ws'
import type { LinkId } from '../machine/inputs.js'
import { watchStranger } from './stranger.js'
import { takenBytes } from './taken-bytes.js'
import { isAscii, textFrame } from './text-frame.js'

/** What sockets report, all of them to the same. After `abandon` only `gone`. */
export interface LinkListener {
  readonly received: (link: LinkId, text: string) => void
  readonly garbled: (link: LinkId, reason: string, tooLarge: boolean) => void
  /** The link is over, by the peer's will, the network's or because it reads too slowly. */
  readonly closed: (link: LinkId) => void
  /** Nothing of the socket is left. */
  readonly gone: (socket: LinkSocket) => void
}

export interface Accepted {
  readonly link: LinkId
  readonly socket: WebSocket
  /** What the WebSocket writes to. */
  readonly stream: Duplex
  readonly request: IncomingMessage
}

/** A link with more than this queued is looked after: it has to take {@link leastTakenBytes} in each {@link patienceMs} (PROTOCOL.md §7). */
export const slowBytes = 1024 * 1024
export const leastTakenBytes = 64 * 1024
/** A burst of answers may queue more for a moment without the reader being at fault; but never more than this, and one frame. */
export const mostQueuedBytes = 4 * slowBytes
export const patienceMs = 1_000
/** Before `welcome` only a hello is said, and around it what WebSockets say among themselves: pings, and headers of fragments. */
const strangerBytes = 2 * limits.helloBytes
/** So much is gathered; then it is handed on, and one looks how the reader keeps up. */
const gatheredBytes = 64 * 1024
/** RFC 6455 §5.5: a close frame holds at most 125 bytes, two of them the code. */
const longestReason = 123

export class LinkSocket {
  readonly link: LinkId
  /** The upgrade; let go once all has been learnt from it. */
  request: IncomingMessage | undefined
  readonly #socket: WebSocket
  readonly #stream: Duplex
  readonly #clock: Pick<Clock, 'after'>
  readonly #listener: LinkListener
  #corked = false
  /** The text that is being put together: a line for each frame [P-2]. */
  #text = ''
  #isAscii = true
  /** WebSocket frames of this turn that have not been handed on, as bytes: each character is one. */
  #gathered = ''
  /** Something was transmitted since the last flush. */
  #unflushed = false
  /** Whoever flushes it does so at the end of the round, not of the turn. */
  isLate = false
  /** Ends the watch over a stranger; undefined from the welcome on. */
  #trust: (() => void) | undefined
  #saidTooMuch = false
  #over = false
  /** Calls off the next look at a queue that was too long; undefined when none is due. */
  #calm: (() => void) | undefined

  constructor({ link, socket, stream, request }: Accepted, clock: Pick<Clock, 'after'>, listener: LinkListener) {
    this.link = link
    this.request = request
    this.#socket = socket
    this.#stream = stream
    this.#clock = clock
    this.#listener = listener
    socket.on('message', (data, isBinary) => this.#message(data, isBinary))
    socket.on('error', (error) => this.#error(error))
    socket.once('close', () => this.#close())
    this.#trust = watchStranger(stream, strangerBytes, () => {
      // The rest stays with the peer, until the socket is gone.
      socket.pause()
      this.#tooLarge()
    })
  }

  /** From here on the peer is no stranger, and may send larger frames [P-10]. */
  welcome(): void {
    this.#trust?.()
    this.#trust = undefined
  }

  /**
   * Queues a frame. All of a turn leave in one system call, at {@link flush}. Returns whether this is the first since.
   * `payload` is the part of it that may go beyond ASCII: to look at all of a text that was just put together, it would have to be copied.
   */
  transmit(frame: string, payload = frame): boolean {
    if (!fitsInto(this.#text, frame)) this.#wrap()
    if (this.#over) return false
    const isFirst = !this.#unflushed
    this.#unflushed = true
    this.#text = this.#text === '' ? frame : `${this.#text}\n${frame}`
    this.#isAscii &&= isAscii(payload)
    if (this.#gathered.length > gatheredBytes) this.#handOn()
    return isFirst
  }

  get welcomed(): boolean {
    return this.#trust === undefined
  }

  /** Bytes that wait for the network to take them. */
  get queuedBytes(): number {
    return this.#socket.bufferedAmount
  }

  flush(): void {
    this.#unflushed = false
    this.isLate = false
    this.#wrap()
    this.#writeGathered()
    this.#uncork()
    if (this.#over || this.queuedBytes <= slowBytes) return
    if (this.queuedBytes > mostQueuedBytes) this.#tooSlow()
    else if (this.#calm === undefined) this.#watch()
  }

  /** Flushes, closes with the code, and terminates what is not closed within a second (the WebSocket's `closeTimeout`). */
  abandon(code: number, reason: string): void {
    if (this.#over) return
    this.#end()
    this.#wrap()
    this.#writeGathered()
    this.#socket.close(code, shortened(reason))
    this.#uncork()
  }

  /** The text is complete. */
  #wrap(): void {
    const text = this.#text
    if (text === '') return
    const frame = textFrame(text, this.#isAscii)
    this.#text = ''
    this.#isAscii = true
    if (frame === undefined) this.#send(text)
    else this.#gathered += frame
  }

  /** A long text, in order with what was gathered before. */
  #send(text: string): void {
    if (!this.#corked) this.#stream.cork()
    this.#corked = true
    this.#writeGathered()
    this.#socket.send(text)
    this.#handOn()
  }

  /** What the kernel takes at once does not count as queued, so it is offered before it is judged. */
  #handOn(): void {
    this.#writeGathered()
    if (this.queuedBytes > slowBytes) this.flush()
  }

  /** Not through `ws`, which makes two buffers and a write of each frame. It has nothing queued itself: it would have, if it compressed. */
  #writeGathered(): void {
    const bytes = this.#gathered
    if (bytes === '') return
    this.#gathered = ''
    if (this.#socket.readyState === this.#socket.OPEN) this.#stream.write(bytes, 'latin1')
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#over) return
    if (isBinary || !Buffer.isBuffer(data))
      this.#listener.garbled(this.link, 'A binary message is no frame.', false) // [P-2]
    else if (!this.welcomed && data.length > limits.helloBytes) this.#tooLarge()
    else this.#listener.received(this.link, data.toString())
  }

  /** Whether a message shows it or what has come of one, it is told once [P-10]. */
  #tooLarge(): void {
    if (this.#over || this.#saidTooMuch) return
    this.#saidTooMuch = true
    this.#listener.garbled(this.link, 'The hello is too large.', true)
  }

  /** A violation of RFC 6455 is something that is no frame; a network's failure is followed by `close`, and that says enough. */
  #error(error: Error): void {
    const code = 'code' in error ? String(error.code) : ''
    if (this.#over || !code.startsWith('WS_ERR_')) return
    this.#listener.garbled(this.link, error.message, code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
  }

  #close(): void {
    const over = this.#over
    this.#end()
    if (!over) this.#listener.closed(this.link)
    this.#listener.gone(this)
  }

  /** A queue may stay long as long as its reader is at it: who is sent much at once has not read it at once. */
  #watch(): void {
    const before = takenBytes(this.#stream)
    this.#calm = this.#clock.after(patienceMs, () => {
      this.#calm = undefined
      if (this.queuedBytes <= slowBytes) return
      if (takenBytes(this.#stream) - before < leastTakenBytes) this.#tooSlow()
      else this.#watch()
    })
  }

  #tooSlow(): void {
    this.abandon(closeCodes.silent, 'What was sent is not read.')
    this.#listener.closed(this.link)
  }

  #end(): void {
    this.#over = true
    this.#calm?.()
    this.#calm = undefined
  }

  #uncork(): void {
    if (this.#corked) this.#stream.uncork()
    this.#corked = false
  }
}

/** A character that is cut in two would be invalid UTF-8; a decoder that expects more leaves it out. */
const shortened = (reason: string): string =>
  new TextDecoder().decode(Buffer.from(reason).subarray(0, longestReason), { stream: true })

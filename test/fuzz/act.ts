/** What happens in a run, as data: it can be played again, and be made smaller. */

export type ServerAct =
  /** A stranger opens a link; the one it had is lost. */
  | { readonly act: 'open'; readonly who: number }
  /** `<epoch>` in it stands for the epoch that the stranger was told last. */
  | { readonly act: 'say'; readonly who: number; readonly text: string }
  | { readonly act: 'binary'; readonly who: number }
  | { readonly act: 'lose'; readonly who: number }
  | { readonly act: 'pass'; readonly ms: number }
  /** A handler that works on and on ends. */
  | { readonly act: 'end work'; readonly which: number; readonly how: 'returns' | 'throws' }
  | { readonly act: 'broadcast' }
  /** The neighbour, who has manners, says something. */
  | { readonly act: 'neighbour'; readonly says: 'echo' | 'yield' | 'push' | 'send' }

export type ClientAct =
  /** The socket that was dialled opens. */
  | { readonly act: 'open' }
  | { readonly act: 'say'; readonly text: string }
  | { readonly act: 'binary' }
  | { readonly act: 'lose' }
  | { readonly act: 'pass'; readonly ms: number }
  | { readonly act: 'ask'; readonly mode: 'request' | 'stream' | 'send'; readonly timeoutMs: number }
  | { readonly act: 'give up'; readonly which: number }
  | { readonly act: 'leave'; readonly which: number }
  | { readonly act: 'take'; readonly which: number; readonly next: number }
  | { readonly act: 'notice'; readonly sign: 'online' | 'offline' | 'visible' | 'hidden' | 'woke' }
  | { readonly act: 'reauthenticate' }
  /** The application closes it, and makes another one. */
  | { readonly act: 'renew' }

/** Something that must never be so. */
export class Complaint extends Error {}

export function claim(holds: boolean, otherwise: () => string): void {
  if (!holds) throw new Complaint(otherwise())
}

/** A world in which acts happen; it complains by throwing. */
export interface World<Act> {
  play(act: Act): void
  /** Everything is closed: nothing may be left. */
  end(): void
}

/** How many of these acts are frames that reach a decoder. */
export const isFrame = ({ act }: { readonly act: string }): boolean => act === 'say' || act === 'binary'

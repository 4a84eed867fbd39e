/** What peers chose, in a text for people: nothing of it may look like another line, or hide what follows. */
export const inOneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')

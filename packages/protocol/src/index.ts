/** The language of Backchat: messages, frames, contracts and errors that client and server share. */
export {}

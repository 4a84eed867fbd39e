/** The language of Backchat: messages, frames, contracts and errors that client and server share. */

export * from './backchat-error.js'
export * from './capabilities.js'
export * from './close-codes.js'
export * from './contract.js'
export * from './errors.js'
export * from './frames.js'
export * from './json.js'
export * from './limits.js'
export * from './message.js'
export * from './parse-with.js'
export * from './trace.js'
export * from './vocabulary.js'

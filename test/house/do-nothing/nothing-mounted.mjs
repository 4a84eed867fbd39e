/** Loaded before an example: its managers do nothing. */

import { register } from 'node:module'

const nothing = `export class WebSocketManager {
  ready = Promise.resolve()
  healthListener(_request, response) { response.end() }
  registerHandler() {}
}`

const resolve = `export const resolve = (name, context, next) =>
  name === '@backchat/server'
    ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(nothing)}`)}, shortCircuit: true }
    : next(name, context)`

register(`data:text/javascript,${encodeURIComponent(resolve)}`)

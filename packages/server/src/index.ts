/** The Backchat server for Node: sessions, handlers and pushes over WebSocket. */
export {}

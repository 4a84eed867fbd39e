/** The Backchat client for browsers and Node: every message gets its answer. */
export {}

/** The zod schemas of everything that travels; the only file that imports zod. */
export {}

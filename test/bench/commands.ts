/** How a process that is measured is told what to do: by name, over the channel that comes with a child process. */

export interface Command {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export type Outcome = { readonly id: number } & ({ readonly result: unknown } | { readonly failed: string })

/** What a process can be told. Each takes what stands in the command and settles when it is done. */
export type Commands = { readonly [name: string]: (argument: never) => unknown }

/** Obeys until whoever started the process is gone. */
export function obey(commands: Commands): void {
  process.on('message', async ({ id, name, argument }: Command) => {
    try {
      const result = await commands[name]?.(argument as never)
      tell({ id, result })
    } catch (error) {
      tell({ id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.once('disconnect', () => process.exit(0))
  tell({ id: 0, result: 'ready' })
}

function tell(outcome: Outcome): void {
  process.send?.(outcome)
}

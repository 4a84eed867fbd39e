/** Functions around a centre: each decides when what it surrounds is run, and sees what came of it. */

/** Runs `layers` from the outside in, then `centre`. Rejects with what any of them throws. `mayRepeat`: whether what is inside may be run again. */
export const onion = <Subject>(
  layers: readonly ((subject: Subject, next: () => Promise<void>) => unknown)[],
  subject: Subject,
  centre: () => Promise<void>,
  mayRepeat: () => boolean = () => false,
): Promise<void> => {
  let deepest = -1
  const enter = async (depth: number): Promise<void> => {
    // A second `next()` would run the handler twice.
    if (depth <= deepest && !mayRepeat()) throw new Error('next() was called more than once.')
    deepest = depth
    const layer = layers[depth]
    if (layer === undefined) await centre()
    else await layer(subject, () => enter(depth + 1))
  }
  return enter(0)
}

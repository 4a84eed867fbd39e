/** Middleware in the order in which it stands: that of plugins outside that of the application, which may come before plugins are installed. */

export class Layers<Layer> {
  #ofPlugins: readonly Layer[] = []
  #ofApplication: readonly Layer[] = []
  #all: readonly Layer[] = []

  /** From the outside in. Made anew by each that comes, so that who goes through them has them as they were. */
  get all(): readonly Layer[] {
    return this.#all
  }

  add(layer: Layer): void {
    this.#ofApplication = [...this.#ofApplication, layer]
    this.#all = [...this.#ofPlugins, ...this.#ofApplication]
  }

  /** Of a plugin. */
  addOutside(layer: Layer): void {
    this.#ofPlugins = [...this.#ofPlugins, layer]
    this.#all = [...this.#ofPlugins, ...this.#ofApplication]
  }
}

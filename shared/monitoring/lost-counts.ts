/**
 * Tells the delivery audit of counts that were gone before it could read them, or could not be read. It is told before the counts that come after
 * them are processed, and begins anew with these: the two are final together, so that a restart does not come between.
 */
export class LostCounts {
  #goesOnAt: number | undefined;

  /** Reading goes on at `to`: what lay before it, and was not read, is lost. */
  tell({ to }: { readonly to: number }): void {
    this.#goesOnAt = to;
  }

  /** Whether counts are lost that lay before this offset; says so once. */
  areBefore(offset: number | undefined): boolean {
    if (this.#goesOnAt === undefined || offset === undefined || offset < this.#goesOnAt) return false;
    this.#goesOnAt = undefined;
    return true;
  }
}

import { storeGetter, type ValueGetterSupplier } from '../operators/value-getter.js';

/** A table that every instance of the application holds whole, so that it can be looked up by any key. */
export class GlobalKTable<K, V> {
  /** @internal */
  readonly getter: ValueGetterSupplier<unknown, unknown>;
  /** Never there: it binds the types to the table. */
  readonly contents?: readonly [K, V];

  /** Made by `StreamsBuilder.globalTable`. */
  constructor(readonly queryableStoreName: string) {
    this.getter = storeGetter(() => queryableStoreName);
  }
}

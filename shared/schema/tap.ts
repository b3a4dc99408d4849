/** avsc's reading position. Its declarations leave out what subclasses of its types need. */
export interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string | undefined;
  skipString(): void;
}

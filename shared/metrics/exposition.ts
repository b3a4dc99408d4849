/** The text that Prometheus scrapes. */
export interface Exposition {
  text(): Promise<string>;
  readonly contentType: string;
}

/** How a broker is to be started. */
export interface BrokerOptions {
  /** Where it listens and how it is advertised; 127.0.0.1 by default. */
  readonly host?: string;
  /** 9092 by default; 0 takes any free one. */
  readonly port?: number;
  /**
   * Folder in which topics, records and offsets are kept between runs; in memory only by default. They are in memory all the
   * same, so what retention allows must fit there.
   */
  readonly dataDir?: string;
  /** Partitions of topics that are created without saying how many; 1 by default. */
  readonly defaultPartitions?: number;
  /** Topics that are there from the beginning; those that an earlier run has left in `dataDir` stay as they are. */
  readonly topics?: readonly {
    readonly name: string;
    readonly partitions: number;
    readonly config?: Readonly<Record<string, string>>;
  }[];
  /** Told, in a sentence, what an operator should know, such as a client that does not speak the protocol. */
  readonly onWarning?: (sentence: string) => void;
}

/** A broker that is listening. */
export interface Broker {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as clients take it; an IPv6 address is in brackets. */
  readonly address: string;
  /**
   * Is away for so many milliseconds, 60,000 at most: every connection is cut, and each new one at once. Port and records stay,
   * and time goes on: a member's session that runs out meanwhile has run out, and so has a transaction's time. Asked again
   * meanwhile, it is away for as long from then on.
   */
  suspend(ms: number): void;
  /** Is there again, also before its time; nothing happens where it is. */
  resume(): void;
  /** Ends every connection and timer; what clients are waiting for is not answered. */
  close(): Promise<void>;
}

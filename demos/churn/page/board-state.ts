/** What the board knows of the day. */
export interface BoardState {
  readonly figures: Figures;
  /** From six in the morning to midnight. */
  readonly quarters: readonly Quarter[];
  /** Which quarter of an hour the new prices were announced in; null before. */
  readonly announced: number | null;
  /** Those first by whom most is to be lost. */
  readonly ranking: readonly RankedCustomer[];
  /** The newest first. */
  readonly offers: readonly MadeOffer[];
}

interface Figures {
  /** Who has called today. */
  readonly customers: number;
  /** Who leaves, as the model sees it now. */
  readonly leaving: number;
  /** Dollars a month: what those pay. */
  readonly valueAtRisk: number;
  readonly offers: number;
  /** Dollars a month: what those pay who had an offer. */
  readonly offeredValue: number;
  readonly serviceCallsLastHour: number;
  /** Whose outcome is known, who of them has left, and who of those had an offer. */
  readonly settled: number;
  readonly left: number;
  readonly leftWithOffer: number;
}

/** What happened in a quarter of an hour. */
export interface Quarter {
  /** When it begins: '09:15'. */
  readonly time: string;
  readonly serviceCalls: number;
  readonly offers: number;
}

export interface RankedCustomer {
  readonly customerId: string;
  readonly usState: string;
  /** Dollars. */
  readonly bill: number;
  readonly score: number;
  /** Dollars a month: score times bill. */
  readonly expectedLoss: number;
  /** In words. */
  readonly reasons: readonly string[];
  /** What has been done about it, in words. */
  readonly done: string;
  readonly outcome: 'left' | 'stayed' | null;
  readonly offered: boolean;
}

export interface MadeOffer {
  readonly customerId: string;
  readonly time: string;
  readonly offer: string;
  readonly reasons: readonly string[];
  readonly outcome: 'left' | 'stayed' | null;
}

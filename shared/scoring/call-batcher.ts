interface Call<In, Out> {
  readonly rows: readonly In[];
  readonly resolve: (results: Out[]) => void;
  readonly reject: (reason: unknown) => void;
}

interface CallBatcherOptions {
  /** Most rows in one run. As soon as so many wait, they are run. */
  readonly maxRows: number;
  /** How long the first call waits for others, milliseconds; 0 is until the end of the turn of the event loop. */
  readonly maxWaitMs: number;
}

/**
 * Makes one run of calls that come close together, such as those of several partitions or of several requests: a run
 * costs nearly as much for one row as for ten.
 */
export class CallBatcher<In, Out> {
  readonly #run: (rows: readonly In[]) => Promise<readonly Out[]>;
  readonly #options: CallBatcherOptions;
  #calls: Call<In, Out>[] = [];
  #rows = 0;
  #cancel: () => void = () => undefined;

  /** `run` gives one result a row, in order, for at most `maxRows` rows. */
  constructor(run: (rows: readonly In[]) => Promise<readonly Out[]>, options: CallBatcherOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** One result a row, in order. */
  call(rows: readonly In[]): Promise<Out[]> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ rows, resolve, reject });
      this.#rows += rows.length;
      if (this.#calls.length === 1) this.#schedule(this.#options.maxWaitMs);
      else if (this.#options.maxWaitMs > 0 && this.#rows >= this.#options.maxRows) this.#schedule(0);
    });
  }

  #schedule(waitMs: number): void {
    this.#cancel();
    const flush = (): void => void this.#flush();
    if (waitMs > 0) {
      const timer = setTimeout(flush, waitMs);
      this.#cancel = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(flush);
      this.#cancel = () => clearImmediate(immediate);
    }
  }

  async #flush(): Promise<void> {
    const calls = this.#calls;
    this.#calls = [];
    this.#rows = 0;
    try {
      const results = await this.#runAll(([] as In[]).concat(...calls.map((call) => call.rows)));
      let taken = 0;
      for (const { rows: own, resolve } of calls) {
        resolve(results.slice(taken, taken + own.length));
        taken += own.length;
      }
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }

  async #runAll(rows: readonly In[]): Promise<readonly Out[]> {
    const { maxRows } = this.#options;
    if (rows.length <= maxRows) return rows.length === 0 ? [] : this.#run(rows);
    const results: Out[] = [];
    for (let start = 0; start < rows.length; start += maxRows) {
      for (const result of await this.#run(rows.slice(start, start + maxRows))) results.push(result);
    }
    return results;
  }
}

interface Call<In, Out> {
  readonly rows: readonly In[];
  readonly resolve: (results: Out[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes one run of the calls that come in the same turn of the event loop, such as those of several partitions: a run
 * costs nearly as much for one row as for ten. Nothing waits longer than that turn.
 */
export class CallBatcher<In, Out> {
  readonly #run: (rows: readonly In[]) => Promise<readonly Out[]>;
  readonly #maxRows: number;
  #calls: Call<In, Out>[] = [];

  /** `run` gives one result a row, in order, for at most `maxRows` rows. */
  constructor(run: (rows: readonly In[]) => Promise<readonly Out[]>, maxRows: number) {
    this.#run = run;
    this.#maxRows = maxRows;
  }

  /** One result a row, in order. */
  call(rows: readonly In[]): Promise<Out[]> {
    return new Promise((resolve, reject) => {
      if (this.#calls.length === 0) setImmediate(() => void this.#flush());
      this.#calls.push({ rows, resolve, reject });
    });
  }

  async #flush(): Promise<void> {
    const calls = this.#calls;
    this.#calls = [];
    try {
      const rows = calls.flatMap((call) => call.rows);
      const results: Out[] = [];
      for (let start = 0; start < rows.length; start += this.#maxRows) {
        results.push(...(await this.#run(rows.slice(start, start + this.#maxRows))));
      }
      let taken = 0;
      for (const { rows: own, resolve } of calls) {
        resolve(results.slice(taken, taken + own.length));
        taken += own.length;
      }
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}

import { LESS, LESS_OR_EQUAL, type TreeEnsemble } from './tree-ensemble.js';

/** Rows that come to each node of an ensemble, told by the file or counted over example rows. */
export class NodeCovers {
  readonly ensemble: TreeEnsemble;
  readonly #rows: Float64Array;
  #version = 0;

  constructor(ensemble: TreeEnsemble) {
    this.ensemble = ensemble;
    this.#rows = ensemble.trainingRows ?? new Float64Array(ensemble.nodes);
  }

  /** Whether the counts are those of the training, so that examples add nothing. */
  get isTold(): boolean {
    return this.ensemble.trainingRows !== undefined;
  }

  /** Another number after each change of the counts. */
  get version(): number {
    return this.#version;
  }

  /** Counts rows of features. */
  count(features: Float64Array, width: number): void {
    if (this.isTold) return;
    this.#version += 1;
    const { roots, feature, mode, threshold, children, ofMissing } = this.ensemble;
    for (const root of roots) {
      for (let start = 0; start < features.length; start += width) {
        let node = root;
        for (;;) {
          this.#rows[node] = (this.#rows[node] ?? 0) + 1;
          const split = feature[node] ?? -1;
          if (split < 0) break;
          const value = features[start + split] ?? Number.NaN;
          if (Number.isNaN(value)) node = ofMissing[node] ?? 0;
          else node = children[2 * node + (holds(mode[node] ?? 0, value, threshold[node] ?? 0) ? 0 : 1)] ?? 0;
        }
      }
    }
  }

  /** The mean leaf value of the rows that come to each node; where none did, the mean of its children's. */
  means(leafValues: Float64Array): Float64Array {
    const { upwards, feature, children } = this.ensemble;
    const means = Float64Array.from(leafValues);
    for (const node of upwards) {
      if ((feature[node] ?? -1) < 0) continue;
      const yes = children[2 * node] ?? 0;
      const no = children[2 * node + 1] ?? 0;
      const rowsOfYes = this.#rows[yes] ?? 0;
      const rowsOfNo = this.#rows[no] ?? 0;
      const share = rowsOfYes + rowsOfNo > 0 ? rowsOfYes / (rowsOfYes + rowsOfNo) : 0.5;
      means[node] = share * (means[yes] ?? 0) + (1 - share) * (means[no] ?? 0);
    }
    return means;
  }
}

function holds(mode: number, value: number, threshold: number): boolean {
  if (mode === LESS_OR_EQUAL) return value <= threshold;
  return mode === LESS ? value < threshold : value === threshold;
}

/**
 * Path contributions: on a row's way from the root to its leaf, each step changes the mean of what may still come, and the
 * change is the doing of the feature that decided it (Saabas 2014; Palczewska et al. 2014, arXiv:1312.1121).
 */
export class PathContributions {
  readonly #covers: NodeCovers;
  readonly #leafValues: Float64Array;
  readonly #slots: Int32Array;
  /** Of trees with leaves that are not all 0; of several classes, each has trees of its own. */
  readonly #roots: readonly number[];
  #means: Float64Array = new Float64Array();
  #meansOfVersion = -1;

  /** `slotOfFeature`: where in a row of contributions each feature adds. */
  constructor(covers: NodeCovers, leafValues: Float64Array, slotOfFeature: readonly number[]) {
    this.#covers = covers;
    this.#leafValues = leafValues;
    this.#slots = covers.ensemble.feature.map((feature) => slotOfFeature[feature] ?? 0);
    const matters = Uint8Array.from(leafValues, (value) => (value === 0 ? 0 : 1));
    const { upwards, children, roots } = covers.ensemble;
    for (const node of upwards) {
      if (matters[children[2 * node] ?? 0] === 1 || matters[children[2 * node + 1] ?? 0] === 1) matters[node] = 1;
    }
    this.#roots = roots.filter((root) => matters[root] === 1);
  }

  /** The sum of the means at the roots: what the ensemble gives before anything of a row is known. */
  get bias(): number {
    const means = this.#meansNow();
    return this.#roots.reduce((sum, root) => sum + (means[root] ?? 0), 0);
  }

  /** Adds what each feature did, rows of `width` features to rows of `slots` contributions. */
  addTo(contributions: Float64Array, slots: number, features: Float64Array, width: number): void {
    const { feature, mode, threshold, children, ofMissing } = this.#covers.ensemble;
    const means = this.#meansNow();
    const slotOf = this.#slots;
    const rows = features.length / width;
    // Tree by tree: a tree's nodes stay in the processor's cache while the rows go by.
    for (const root of this.#roots) {
      for (let row = 0; row < rows; row += 1) {
        const start = row * width;
        const to = row * slots;
        let node = root;
        let mean = means[node] ?? 0;
        let split = feature[node] ?? -1;
        while (split >= 0) {
          const value = features[start + split] ?? Number.NaN;
          let next: number;
          if (Number.isNaN(value)) next = ofMissing[node] ?? 0;
          else next = children[2 * node + (holds(mode[node] ?? 0, value, threshold[node] ?? 0) ? 0 : 1)] ?? 0;
          const meanThere = means[next] ?? 0;
          const slot = to + (slotOf[node] ?? 0);
          contributions[slot] = (contributions[slot] ?? 0) + meanThere - mean;
          mean = meanThere;
          node = next;
          split = feature[node] ?? -1;
        }
      }
    }
  }

  #meansNow(): Float64Array {
    if (this.#meansOfVersion !== this.#covers.version) {
      this.#means = this.#covers.means(this.#leafValues);
      this.#meansOfVersion = this.#covers.version;
    }
    return this.#means;
  }
}

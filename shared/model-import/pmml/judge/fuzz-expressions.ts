import type { Random } from '#shared/testing';

/** Fields of every generated document, beside the target t. */
export const NUMBERS = ['x', 'y', 'z'] as const;
export const TEXTS = ['c', 'd'] as const;
export const CATEGORIES = ['a', 'b', 'long one', 'É'] as const;
/** Values that generated numbers are made of, so that comparisons are often exact. */
export const LEVELS = [-2, -1, -0.5, 0, 0.1, 0.3, 0.5, 1, 1.5, 2, 3, 7.25, 1e-9, 123456.789] as const;

/** What an expression may name. */
export interface Known {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
}

/** Writes random PMML expressions of a type, as XML. */
export class ExpressionGenerator {
  constructor(
    readonly random: Random,
    readonly known: Known,
    /** With functions that have no value for some arguments. */
    readonly isPartial: boolean,
  ) {}

  pick<T>(...from: readonly [T, ...T[]]): T {
    return from[Math.floor(this.random() * from.length)] ?? from[0];
  }

  level(): number {
    return this.pick(...LEVELS);
  }

  number(depth: number): string {
    if (depth <= 0) return this.#numberLeaf();
    const inner = (): string => this.number(depth - 1);
    const kind = this.pick(
      'binary',
      'binary',
      'quotient',
      'exp',
      'unary',
      'aggregate',
      'if',
      'norm',
      'map',
      'discrete',
      'discretize',
      'leaf',
    );
    switch (kind) {
      case 'binary':
        return this.#apply(this.pick('+', '-', '*'), [inner(), inner()]);
      case 'quotient': {
        // Infinities say little: there the order of arithmetic decides.
        const divisor = this.#apply('+', [
          this.#apply('abs', [inner()]),
          '<Constant dataType="double">0.25</Constant>',
        ]);
        return this.#apply('/', [inner(), divisor]);
      }
      case 'exp':
        return this.#apply('exp', [this.#apply('min', [inner(), '<Constant dataType="double">3</Constant>'])]);
      case 'unary':
        return this.#apply(
          this.isPartial ? this.pick('ln', 'sqrt', 'abs') : this.pick('abs', 'floor', 'ceil', 'round', 'tanh', 'rint'),
          [inner()],
        );
      case 'aggregate':
        return this.#apply(this.pick('min', 'max', 'sum', 'avg'), [inner(), inner(), this.#numberLeaf()]);
      case 'if':
        return this.#apply('if', [this.truth(depth - 1), inner(), ...(this.random() < 0.85 ? [inner()] : [])], false);
      case 'norm':
        return this.#normContinuous();
      case 'map':
        return this.#mapValues('double', () => String(this.level()));
      case 'discrete': {
        const missing = this.random() < 0.5 ? ` mapMissingTo="${this.level()}"` : '';
        return `<NormDiscrete field="${this.#text()}" value="${this.pick(...CATEGORIES)}"${missing}/>`;
      }
      case 'discretize':
        return this.#discretize('double', () => String(this.level()));
      default:
        return this.#numberLeaf();
    }
  }

  truth(depth: number): string {
    const inner = (): string => this.truth(depth - 1);
    const kind = depth <= 0 ? 'compare' : this.pick('compare', 'compare', 'logic', 'not', 'missing', 'in', 'text');
    switch (kind) {
      case 'logic':
        return this.#apply(
          this.pick('and', 'or'),
          [inner(), inner(), ...(this.random() < 0.3 ? [inner()] : [])],
          false,
        );
      case 'not':
        return this.#apply('not', [inner()], false);
      case 'missing':
        return this.#apply(
          this.pick('isMissing', 'isNotMissing'),
          [this.random() < 0.5 ? this.number(depth - 1) : this.#textRef()],
          false,
        );
      case 'in':
        return this.#apply(
          this.pick('isIn', 'isNotIn'),
          [this.#textRef(), this.#textConstant(), this.#textConstant()],
          false,
        );
      case 'text':
        return this.#apply(this.pick('equal', 'notEqual'), [this.text(depth - 1), this.#textConstant()], false);
      default: {
        const operator = this.pick('lessThan', 'lessOrEqual', 'greaterThan', 'greaterOrEqual', 'equal', 'notEqual');
        return this.#apply(operator, [this.number(Math.max(0, depth - 1)), this.#numberLeaf()], false);
      }
    }
  }

  text(depth: number): string {
    const kind = depth <= 0 ? 'leaf' : this.pick('leaf', 'if', 'discretize', 'map', 'case');
    switch (kind) {
      case 'if':
        return this.#apply('if', [this.truth(depth - 1), this.text(depth - 1), this.text(depth - 1)], false);
      case 'discretize':
        return this.#discretize('string', () => this.pick(...CATEGORIES));
      case 'map':
        return this.#mapValues('string', () => this.pick(...CATEGORIES));
      case 'case':
        return this.#apply(this.pick('uppercase', 'lowercase'), [this.#textRef()], false);
      default:
        return this.#textRef();
    }
  }

  #numberLeaf(): string {
    if (this.random() < 0.3) return `<Constant dataType="double">${this.level()}</Constant>`;
    const missing = this.random() < 0.1 ? ` mapMissingTo="${this.level()}"` : '';
    return `<FieldRef field="${this.#numberName()}"${missing}/>`;
  }

  #numberName(): string {
    return this.known.numbers[Math.floor(this.random() * this.known.numbers.length)] ?? 'x';
  }

  #text(): string {
    return this.known.texts[Math.floor(this.random() * this.known.texts.length)] ?? 'c';
  }

  #textRef(): string {
    return `<FieldRef field="${this.#text()}"/>`;
  }

  #textConstant(): string {
    return `<Constant dataType="string">${this.pick(...CATEGORIES)}</Constant>`;
  }

  #apply(name: string, operands: readonly string[], isNumber = true): string {
    const missing = isNumber && this.random() < 0.2 ? ` mapMissingTo="${this.level()}"` : '';
    const standard = isNumber && this.random() < 0.1 ? ` defaultValue="${this.level()}"` : '';
    return `<Apply function="${name}"${missing}${standard}>${operands.join('')}</Apply>`;
  }

  #normContinuous(): string {
    const origs = [...new Set([this.level(), this.level(), this.level(), 11])].sort((a, b) => a - b);
    const norms = origs.map((orig) => `<LinearNorm orig="${orig}" norm="${this.level()}"/>`).join('');
    const outliers = this.pick('asIs', 'asMissingValues', 'asExtremeValues');
    const missing = this.random() < 0.4 ? ` mapMissingTo="${this.level()}"` : '';
    return `<NormContinuous field="${this.#numberName()}" outliers="${outliers}"${missing}>${norms}</NormContinuous>`;
  }

  #discretize(type: string, value: () => string): string {
    const margins = [...new Set([this.level(), this.level(), this.level()])].sort((a, b) => a - b);
    // Bins must not overlap: where they touch, one of them has the margin.
    const closure = this.pick('openClosed', 'closedOpen');
    const bins = margins.map((low, index) => {
      const high = margins[index + 1];
      const right = high === undefined ? '' : ` rightMargin="${high}"`;
      return `<DiscretizeBin binValue="${value()}"><Interval closure="${closure}" leftMargin="${low}"${right}/></DiscretizeBin>`;
    });
    return `<Discretize field="${this.#numberName()}" dataType="${type}"${this.#defaults(value)}>${bins.join('')}</Discretize>`;
  }

  #mapValues(type: string, value: () => string): string {
    const two = this.random() < 0.3;
    const rows = CATEGORIES.slice(0, 3).flatMap((first) =>
      (two ? CATEGORIES.slice(1, 3) : ['']).map(
        (second) => `<row><p>${first}</p>${two ? `<q>${second}</q>` : ''}<o>${value()}</o></row>`,
      ),
    );
    const pairs = `<FieldColumnPair field="${this.#text()}" column="p"/>${two ? '<FieldColumnPair field="c" column="q"/>' : ''}`;
    const table = `<InlineTable>${rows.join('')}</InlineTable>`;
    return `<MapValues outputColumn="o" dataType="${type}"${this.#defaults(value)}>${pairs}${table}</MapValues>`;
  }

  #defaults(value: () => string): string {
    return `${this.random() < 0.5 ? ` defaultValue="${value()}"` : ''}${this.random() < 0.5 ? ` mapMissingTo="${value()}"` : ''}`;
  }
}

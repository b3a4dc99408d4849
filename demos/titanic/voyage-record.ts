import { type BoardState, type GroupState, letterOf, type Mark, type TallyState } from './page/board-state.js';
import { nameInWords, percent, personInWords, reasonsInWords } from './page/words.js';
import type { Outcome, Prediction, Verdict } from './topics.js';

/** Disagreements that the page has room for. */
const NEWEST = 8;

const groups = ['1st', '2nd', '3rd'].flatMap((passengerClass) =>
  ['female', 'male'].map((sex) => ({
    key: `${passengerClass} ${sex}`,
    name: `${sex === 'female' ? 'Women' : 'Men'}, ${passengerClass} class`,
  })),
);

interface Aboard extends Mark {
  readonly id: string;
  readonly group: string;
  saved: boolean | null;
}

const isSaved = ({ decision }: Pick<Verdict, 'decision'>): boolean => decision === 'survived';

/** What is known of one voyage: who is aboard, what both models say of them, and how it ended. */
export class VoyageRecord {
  readonly #aboard = new Map<string, Aboard>();
  /** The one that something was heard of last comes last. */
  readonly #disagreements = new Map<string, Prediction>();
  readonly #tallies = [new Tally('Champion'), new Tally('Challenger')] as const;

  /** Ends that were heard of before the prediction: they come by another topic. */
  readonly #early = new Map<string, Outcome>();

  /** Whether the two disagree. */
  add(prediction: Prediction): boolean {
    const { id, passengerClass, sex, challenger } = prediction;
    const champion = isSaved(prediction);
    const other = challenger && isSaved(challenger);
    this.#aboard.set(id, { id, group: `${passengerClass} ${sex}`, champion, challenger: other, saved: null });
    this.#tallies[0].model = `${prediction.modelName} ${prediction.modelVersion}`;
    if (challenger) this.#tallies[1].model = `${challenger.modelName} ${challenger.modelVersion}`;
    const isDisagreement = other !== null && other !== champion;
    if (isDisagreement) this.#disagreements.set(id, prediction);
    const early = this.#early.get(id);
    if (early !== undefined) this.settle(early);
    return isDisagreement;
  }

  /** The disagreement that is settled by it; undefined where there is none. */
  settle(outcome: Outcome): Prediction | undefined {
    const { id, survived: saved, heldOut } = outcome;
    const passenger = this.#aboard.get(id);
    if (passenger === undefined) this.#early.set(id, outcome);
    if (passenger === undefined || passenger.saved !== null) return undefined;
    passenger.saved = saved;
    const [champion, challenger] = this.#tallies;
    champion.count(passenger.champion === saved, heldOut);
    if (passenger.challenger !== null) challenger.count(passenger.challenger === saved, heldOut);
    const disagreement = this.#disagreements.get(id);
    if (disagreement === undefined) return undefined;
    this.#disagreements.delete(id);
    this.#disagreements.set(id, disagreement);
    return disagreement;
  }

  state(): Omit<BoardState, 'when' | 'what'> {
    const settled = Array.from(this.#disagreements.values(), ({ id }) => this.#aboard.get(id)).filter(
      (passenger) => passenger !== undefined && passenger.saved !== null,
    );
    const championRight = settled.filter((passenger) => passenger?.champion === passenger?.saved).length;
    return {
      groups: groups.map(({ key, name }) => this.#group(key, name)),
      tallies: this.#tallies.map((tally) => tally.state()),
      disagreements: {
        total: this.#disagreements.size,
        championRight,
        challengerRight: settled.length - championRight,
        newest: [...this.#disagreements.values()]
          .slice(-NEWEST)
          .reverse()
          .map((prediction) => this.#disagreement(prediction)),
      },
    };
  }

  #group(key: string, name: string): GroupState {
    const members = [...this.#aboard.values()].filter(({ group }) => group === key);
    const count = (is: (passenger: Aboard) => boolean): number => members.filter(is).length;
    return {
      name,
      marks: members.map(letterOf).join(''),
      places: Object.fromEntries(
        members.flatMap(({ id }, index) => (this.#disagreements.has(id) ? [[id, index] as const] : [])),
      ),
      expected: {
        champion: count(({ champion }) => champion),
        challenger: count(({ challenger }) => challenger === true),
      },
      known: count(({ saved }) => saved !== null),
      saved: count(({ saved }) => saved === true),
    };
  }

  #disagreement(prediction: Prediction): BoardState['disagreements']['newest'][number] {
    const { id, challenger } = prediction;
    const voteOf = (verdict: Verdict) => ({ saved: isSaved(verdict), score: percent(verdict.score) });
    return {
      id,
      name: nameInWords(prediction.name),
      person: personInWords(prediction),
      champion: voteOf(prediction),
      challenger: voteOf(challenger ?? prediction),
      why: reasonsInWords(prediction.reasons),
      saved: this.#aboard.get(id)?.saved ?? null,
    };
  }
}

/** How often a model was right. */
class Tally {
  model = '';
  #right = 0;
  #known = 0;
  #heldOutRight = 0;
  #heldOut = 0;

  constructor(readonly role: string) {}

  count(isRight: boolean, isHeldOut: boolean): void {
    this.#known += 1;
    this.#right += Number(isRight);
    this.#heldOut += Number(isHeldOut);
    this.#heldOutRight += Number(isRight && isHeldOut);
  }

  state(): TallyState {
    return {
      role: this.role,
      model: this.model,
      right: this.#right,
      known: this.#known,
      heldOutRight: this.#heldOutRight,
      heldOut: this.#heldOut,
    };
  }
}

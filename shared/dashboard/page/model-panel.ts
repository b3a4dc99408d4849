import { byId, fillList, make, setClass, setHidden, setText } from './dom.js';
import { count, counted, decimals } from './format.js';
import type { ServingModel, Snapshot } from './snapshot.js';

/** A line about the model: what it is about, and what is to be said of it. */
interface News {
  readonly kind: 'serving' | 'refused' | 'challenger' | 'unknown';
  readonly headline: string;
  readonly text: string;
}

const words: Readonly<Record<News['kind'], string>> = {
  serving: 'serving',
  refused: 'refused',
  challenger: 'challenger',
  unknown: 'unknown values',
};

/** The panel beside the tables: which model serves, what was refused and why, how a challenger compares. */
export function updateModelPanel({ model }: Snapshot): void {
  setHidden(byId('model-panel'), model === null);
  if (model === null) return;
  setText(
    byId('model-since'),
    model.since === null ? '' : `since ${new Date(model.since).toLocaleTimeString('en-GB')}`,
  );
  fillList(byId('model-news'), newsOf(model), () => make('li'), fillNews);
}

function newsOf({ name, version, sha256, refusal, challenger, unknown }: ServingModel): News[] {
  const news: News[] = [
    { kind: 'serving', headline: `${name} ${version}`, text: sha256 === null ? '' : `sha256 ${sha256.slice(0, 16)}…` },
  ];
  if (refusal !== null) {
    const at = new Date(refusal.at).toLocaleTimeString('en-GB');
    news.push({ kind: 'refused', headline: refusal.model, text: `as ${refusal.role} at ${at}: ${refusal.message}` });
  }
  if (challenger !== null) news.push({ kind: 'challenger', headline: challenger.model, text: comparison(challenger) });
  for (const { input, count: values } of unknown.slice(0, 5)) {
    news.push({ kind: 'unknown', headline: input, text: `${counted(values, 'value')} that it was not trained on` });
  }
  return news;
}

function comparison({
  compared,
  disagreed,
  meanDifference,
  failed,
  skipped,
}: NonNullable<ServingModel['challenger']>): string {
  if (compared === 0 && failed === 0) return 'nothing compared yet';
  const share = compared === 0 ? 0 : (100 * disagreed) / compared;
  const parts = [
    `${count(compared)} compared`,
    `${decimals(share, 1)} % decided differently`,
    `scores ${decimals(meanDifference, 3)} apart on average`,
  ];
  if (failed > 0) parts.push(`${count(failed)} that it could not score`);
  if (skipped > 0) parts.push(`${count(skipped)} left out`);
  return parts.join(' · ');
}

function fillNews(element: Element, { kind, headline, text }: News): void {
  setClass(element, kind);
  if (element.childElementCount === 0) {
    const line = make('p', 'line');
    line.append(make('span', 'headline'), make('span', 'kind'));
    element.append(line, make('p', 'text'));
  }
  const [line, said] = element.children;
  const [title, label] = line?.children ?? [];
  if (!(said && title && label)) return;
  setText(title, headline);
  setText(label, words[kind]);
  setText(said, text);
}

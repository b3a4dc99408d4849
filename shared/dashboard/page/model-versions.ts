import { fillList, make, setClass, setHidden, setText, setTitle } from './dom.js';
import { count, counted, decimals } from './format.js';
import { ModelActions } from './model-actions.js';
import type { ModelRole, ModelState, ModelVersion } from './model-state.js';
import { makePanel } from './panel.js';

const roleWords: Readonly<Record<ModelRole, string>> = { champion: 'Champion', challenger: 'Challenger' };

/** The versions of the model: what each is to the demo, where it is from, what it promises and what it keeps. */
export class VersionsPanel {
  readonly #actions = new ModelActions();
  readonly root: HTMLElement;
  readonly #window: HTMLElement;
  readonly #list = make('ul', 'versions');

  constructor() {
    const { root, window } = makePanel('model/versions', 'Versions');
    this.root = root;
    this.#window = window;
    root.classList.add('model-versions');
    root.append(this.#actions.said, this.#list, makeLegend());
  }

  draw({ versions, judgedOver }: ModelState): void {
    setText(this.#window, `quality by the last ${count(judgedOver)} outcomes of each`);
    fillList(this.#list, versions, makeVersion, (element, version) => {
      fillVersion(element, version);
      const actions = element.lastElementChild;
      if (actions !== null) this.#actions.fill(actions, version);
    });
    this.#actions.keepWithin(this.#list);
  }
}

/** What the scale of each version shows. */
function makeLegend(): Element {
  const legend = make('ul', 'legend versions-legend');
  const entries = [
    ['swatch promised', 'AUC that its card promises'],
    ['swatch dot', 'AUC that it keeps'],
    ['swatch nothing', 'from 0.5, as right as a coin, to 1, always right'],
  ] as const;
  for (const [swatch, text] of entries) {
    const item = make('li');
    item.append(make('span', swatch), make('span', '', text));
    legend.append(item);
  }
  return legend;
}

function makeVersion(): Element {
  const item = make('li', 'version');
  const head = make('div', 'version-head');
  head.append(make('h3', 'version-name'), make('ul', 'badges'));
  const scale = make('div', 'auc-scale');
  scale.setAttribute('aria-hidden', 'true');
  scale.append(make('i', 'promised'), make('i', 'measured'));
  const texts = [make('p', 'version-says'), make('p', 'version-about'), make('p', 'version-kept')];
  item.append(head, ...texts, scale, make('p', 'version-news'), make('div', 'version-actions'));
  return item;
}

function fillVersion(element: Element, version: ModelVersion): void {
  const [head, says, about, kept, scale, news] = element.children;
  const [name, badges] = head?.children ?? [];
  if (!(name && badges && says instanceof HTMLElement && about && kept && scale && news instanceof HTMLElement)) return;
  setText(name, `${version.name} ${version.version}`);
  fillList(
    badges,
    badgesOf(version),
    () => make('li'),
    (badge, { kind, text }) => {
      setClass(badge, `badge-${kind}`);
      setText(badge, text);
    },
  );
  setText(says, version.card?.description ?? '');
  // What it is for is said where it is at work; of what can be gone back to the name is enough.
  setHidden(says, version.serves + version.challenges === 0 || says.textContent === '');
  setText(about, aboutOf(version));
  if (about instanceof HTMLElement) setTitle(about, version.sha256 === null ? '' : `sha256 ${version.sha256}`);
  setText(kept, keptOf(version));
  fillScale(scale, version);
  const said = newsOf(version);
  setText(news, said);
  setHidden(news, said === '');
  setClass(element, version.refusal === null ? 'version' : 'version is-refused');
}

interface Badge {
  readonly kind: 'champion' | 'challenger' | 'refused' | 'plain';
  readonly text: string;
}

/** '2 of 3 scorers': while a version is being taken, some have it and some not yet. */
function of(at: number, scorers: number): string {
  return at < scorers ? `${count(at)} of ${counted(scorers, 'scorer')}` : counted(at, 'scorer');
}

function badgesOf({ roles, serves, challenges, scorers, heard, own, next, refusal }: ModelVersion): Badge[] {
  const within = (at: number): string =>
    heard ? ` in ${of(at, scorers)}` : `, last in ${of(at, scorers)}: silent now`;
  const badges: Badge[] = [];
  for (const role of roles) {
    const isRefused = refusal?.role === role;
    const at = role === 'champion' ? serves : challenges;
    const where = at === 0 ? '' : within(at);
    badges.push(
      isRefused ? { kind: 'refused', text: `Refused as ${role}` } : { kind: role, text: `${roleWords[role]}${where}` },
    );
  }
  if (serves > 0 && !roles.includes('champion')) {
    badges.push({ kind: 'champion', text: `Serving${within(serves)}` });
  }
  if (challenges > 0 && !roles.includes('challenger')) badges.push({ kind: 'challenger', text: 'Votes beside it' });
  if (own) badges.push({ kind: 'plain', text: 'comes with the demo' });
  for (const role of next) badges.push({ kind: 'plain', text: `a rollback of the ${role} goes here` });
  return badges;
}

function aboutOf({ card, publishedAt, sha256, own }: ModelVersion): string {
  const made = [card?.algorithm, card?.tool].filter((text) => text !== null && text !== undefined).join(', ');
  const published = publishedAt === null ? (own ? '' : 'not published now') : `published ${when(publishedAt)}`;
  const hash = sha256 === null ? '' : `sha256 ${sha256.slice(0, 12)}…`;
  return [made, published, hash].filter((text) => text !== '').join(' · ');
}

const time = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const when = (ms: number): string => time.format(ms);

function keptOf({ card, measured, reported }: ModelVersion): string {
  const parts = [
    card?.promisedAuc === null || card === null
      ? 'its card promises no AUC'
      : `AUC promised ${decimals(card.promisedAuc, 3)}, bad below ${decimals(card.badBelow, 3)}`,
  ];
  if (measured === null) parts.push('no outcomes of its predictions');
  else if (measured.auc === null) parts.push(measured.missing ?? '');
  else {
    const worse = measured.worseThanCoin ? ', worse than a coin' : '';
    parts.push(`kept ${decimals(measured.auc, 3)} over its last ${count(measured.n)} outcomes${worse}`);
  }
  if (reported?.auc !== null && reported !== null) {
    parts.push(`as the monitor measures ${decimals(reported.auc, 3)} over ${count(reported.labelled)}`);
  }
  return parts.join(' · ');
}

/** From a coin to certainty: .5 at the left, 1 at the right. */
function fillScale(scale: Element, { card, measured }: ModelVersion): void {
  const [promised, kept] = scale.children;
  if (!(promised instanceof HTMLElement && kept instanceof HTMLElement)) return;
  place(promised, card?.promisedAuc ?? null);
  place(kept, measured?.auc ?? null);
  kept.classList.toggle('is-bad', measured?.worseThanCoin ?? false);
}

function place(mark: HTMLElement, auc: number | null): void {
  setHidden(mark, auc === null);
  const left = `${Math.round(1_000 * Math.min(1, Math.max(0, ((auc ?? 0.5) - 0.5) * 2))) / 10}%`;
  if (mark.style.left !== left) mark.style.left = left;
}

function newsOf({ refusal, comparison }: ModelVersion): string {
  if (refusal !== null) {
    const at = new Date(refusal.at).toLocaleTimeString('en-GB');
    return `Refused as ${refusal.role} at ${at} by ${refusal.by}: ${refusal.message}`;
  }
  if (comparison === null) return '';
  const { compared, disagreed, meanDifference, failed, skipped } = comparison;
  if (compared === 0 && failed === 0) return 'Nothing compared yet with what serves';
  const share = compared === 0 ? 0 : (100 * disagreed) / compared;
  const parts = [
    `${count(compared)} records compared with what serves`,
    `${decimals(share, 1)} % decided differently`,
    `scores ${decimals(meanDifference, 3)} apart on average`,
  ];
  if (failed > 0) parts.push(`${count(failed)} that it could not score`);
  if (skipped > 0) parts.push(`${count(skipped)} left out`);
  return parts.join(' · ');
}

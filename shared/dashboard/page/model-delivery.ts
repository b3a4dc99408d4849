import { fillList, make, setClass, setHidden, setText } from './dom.js';
import { count, counted } from './format.js';
import type { Delivery, ModelState } from './model-state.js';
import { makePanel } from './panel.js';

/** What the audit of delivery finds: whether what was scored is what was written. */
export class DeliveryPanel {
  readonly root: HTMLElement;
  readonly #said = make('p', 'empty');
  readonly #list = make('ul', 'deliveries');

  constructor() {
    const { root, window } = makePanel('model/delivery', 'Delivery of the records');
    this.root = root;
    root.classList.add('model-delivery');
    setText(
      window,
      'whether each record that was written was processed, once: counted by minute of the time that records bear',
    );
    root.append(this.#said, this.#list);
  }

  draw({ delivery, monitor }: ModelState): void {
    const isTold = delivery.length > 0 && monitor.state !== 'off';
    const why = monitor.state === 'at work' ? 'Nothing reported yet' : monitor.sentence;
    setHidden(this.#said, isTold);
    setText(this.#said, isTold ? '' : why);
    fillList(this.#list, monitor.state === 'off' ? [] : delivery, makeTopic, fillTopic);
  }
}

function makeTopic(): Element {
  const item = make('li');
  item.append(make('span', 'topic'), make('span', 'counts'), make('span', 'verdict'));
  return item;
}

function fillTopic(element: Element, delivery: Delivery): void {
  const [topic, counts, verdict] = element.children;
  if (!(topic && counts && verdict)) return;
  const { expected, consumed, missing, duplicate, altered } = delivery;
  setText(topic, delivery.topic);
  setText(counts, `${count(expected)} written · ${count(consumed)} processed`);
  const faults = [
    ...(missing > 0 ? [`${count(missing)} never processed`] : []),
    ...(duplicate > 0 ? [`${count(duplicate)} more than once`] : []),
    ...(altered > 0 ? [`${counted(altered, 'minute')} not as written`] : []),
  ];
  setText(verdict, faults.length > 0 ? faults.join(' · ') : 'none lost, none twice');
  setClass(element, faults.length > 0 ? 'is-bad' : 'is-good');
}

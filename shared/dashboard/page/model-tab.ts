import { make, setHidden, setText } from './dom.js';
import { EventTimes } from './format.js';
import { DeliveryPanel } from './model-delivery.js';
import { DriftPanel } from './model-drift.js';
import { QualityPanel } from './model-quality.js';
import type { ModelState } from './model-state.js';
import { VersionsPanel } from './model-versions.js';
import type { ViewTab } from './part-view.js';

/** The view of the model: its versions, how right each is, and how far its inputs are from those that it was trained on. */
export function mount(root: HTMLElement): ViewTab<ModelState> {
  const note = make('p', 'model-note');
  const versions = new VersionsPanel();
  const quality = new QualityPanel();
  const drift = new DriftPanel();
  const delivery = new DeliveryPanel();
  root.append(note, versions.root, quality.root, drift.root, delivery.root);
  let times = new EventTimes('UTC');
  return {
    draw(state, { snapshot }) {
      const { eventTimeZone } = snapshot.about;
      if (times.timeZone !== eventTimeZone) times = new EventTimes(eventTimeZone);
      setHidden(note, state.topicMissing === null);
      setText(note, state.topicMissing ?? '');
      versions.draw(state);
      quality.draw(state, times);
      drift.draw(state);
      delivery.draw(state);
    },
  };
}

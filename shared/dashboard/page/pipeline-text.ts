import { make, setHidden, setText } from './dom.js';

/** The topology as a Kafka Streams user knows it, from which the picture is drawn; there too where that cannot be. */
export class PipelineText {
  readonly root = make('details', 'panel pipeline-fold');
  readonly #text = make('pre');

  constructor() {
    // What scrolls must be reachable by keyboard too.
    this.#text.tabIndex = 0;
    this.root.append(make('summary', '', 'The text of the topology'), this.#text);
  }

  update(text: string): void {
    setHidden(this.root, text === '');
    setText(this.#text, text);
  }
}

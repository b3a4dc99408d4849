import type { ComposeService } from './compose-project.js';
import type { Confinement } from './container-root.js';

/** A service as it is run without an engine. */
export interface Runnable {
  readonly confinement: Confinement;
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A service's variables; one without a value is empty. */
export const environmentOf = ({ environment }: ComposeService): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value ?? '']));

import { type Fault, faultCatalogue } from './fault-catalogue.js';

/** The faults for people who read: docs/faults.md. */
export function faultsDocument(): string {
  return `# Faults

<!-- Made by npm run docs:faults from shared/control/fault-catalogue.ts; what is changed here is lost. -->

Seven things that go wrong with models on streams, each to be switched on in a running demo: on the page, at *Faults*, or by
\`npm run fault -- NAME on\` in another terminal, which waits until the parts of the demo say that they have taken it up. What is
switched on lies on the topic \`<demo>.control\`, so that scorers and producers anywhere on a cluster obey it, those that start
later, too. Each ends by itself after the time that is said below, whoever may have forgotten it; \`--for S\` says another. A
demo as a whole begins with all of them off. What drifts, and what may come late, is each demo's own: \`demos/NAME/faults.ts\`.

Whichever is on, no record goes missing unnoticed: the account of a run (\`--report\`) says what became of each.

| fault | is seen on the page at | alert | lasts |
| ----- | ---------------------- | ----- | ----- |
${faultCatalogue.map(row).join('\n')}

${faultCatalogue.map(section).join('\n')}`;
}

function row({ name, title, panel, alert, lasts }: Fault): string {
  const anchor = title.toLowerCase().replaceAll(' ', '-');
  return `| [\`${name}\`](#${anchor}) | \`${panel}\` | [${alert}](monitoring.md#${alert.toLowerCase()}) | ${lastsInWords(lasts)} |`;
}

function section({ name, title, sentence, obeyedBy, alert, unless, also, recovers, exactness }: Fault): string {
  const beside = also.length === 0 ? 'No other alert fires by it.' : `Beside it ${list(also)} may fire.`;
  return `## ${title}

\`npm run fault -- ${name} on\`: ${obeyedInWords(obeyedBy)}

- **What happens.** ${sentence}
- **Alert.** ${alert}.${unless === undefined ? '' : ` ${unless}`} ${beside}
- **What recovers by itself.** ${recovers}
- **What is counted.** ${exactness}
`;
}

const obeyers: Readonly<Record<Fault['obeyedBy'], string>> = {
  producer: 'every producer of the demo obeys it.',
  scorer: 'its scorers obey it.',
  supervisor: 'a demo that runs a broker of its own obeys it; the brokers of a cluster are not its to stop.',
  models: 'who switches it publishes a model, and rolls it back.',
};

function obeyedInWords(obeyedBy: Fault['obeyedBy']): string {
  return obeyers[obeyedBy];
}

function lastsInWords(lasts: Fault['lasts']): string {
  return lasts === undefined ? 'until it is switched off' : `${lasts.seconds} s, ${lasts.mostSeconds} s at most`;
}

function list(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

import { KitError } from '#shared/errors';
import { checkBeside, loadModelFiles, publishModel, readModelFolder } from '#shared/scoring';
import { runModelCommand } from './model-command.js';
import { clusterHelp, requireDemo } from './model-options.js';
import { awaitScorers, unconfirmedInWords } from './model-scorers.js';
import { userPath } from './user-path.js';

const help = `Usage: npm run model:publish -- DIR --demo NAME [options]

Checks a model folder and publishes it to the topic "models", where the demo's scorers take it
while they run: each loads it beside the one that serves, checks it once more, and exchanges
them between two transactions. Says whether they did.

  --demo NAME       the demo that is to use it, such as flight-delay
  --as ROLE         champion: its scores are the demo's predictions          (default)
                    challenger: it scores beside the champion, for comparison alone
${clusterHelp}
Examples: npm run model:publish -- demos/flight-delay/model --demo flight-delay
          npm run model:publish -- ./my-model --demo flight-delay --as challenger

Exit codes: 0 published; 1 a scorer refused it, or the cluster is not reached; 2 the model or the
command line is wrong.
`;

await runModelCommand({
  help,
  async prepare(options, terminal, shutdown) {
    const [folder, ...others] = options.positionals;
    if (folder === undefined || others.length > 0) {
      const found =
        folder === undefined ? 'No model folder was named' : `${others.length + 1} model folders were named`;
      throw new KitError('usage', `${found}; as in npm run model:publish -- DIR --demo NAME (help: --help).`);
    }
    const demo = requireDemo(options);
    const files = await readModelFolder(userPath(folder));
    // In a process of its own first: what crashes the runtime is refused there, and published for nobody.
    await checkBeside(files, folder, { reasons: false, signal: shutdown.signal });
    const model = await loadModelFiles(files, folder, {
      onNotice: (sentence) => terminal.say(sentence),
      isChecked: true,
    });
    await model.close();
    return async (cluster) => {
      const { role, namespace, topic } = options;
      const scorers = await awaitScorers(cluster, options.registry, `${namespace}${demo}.status`, demo);
      const change = await publishModel(cluster, topic, files, { demo, role });
      const { from, to } = change;
      const before = from === undefined ? '' : `, instead of ${from.name} ${from.version}`;
      terminal.say(`${to?.name} ${to?.version} is published as ${demo}'s ${role}${before}.`);
      if (change.unconfirmed !== undefined) terminal.say(unconfirmedInWords(change.unconfirmed));
      return scorers.answer({ role, change, say: (sentence) => terminal.say(sentence), signal: shutdown.signal });
    };
  },
});

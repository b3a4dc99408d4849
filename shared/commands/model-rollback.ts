import { KitError } from '#shared/errors';
import { type ModelReference, type Role, rollbackModel } from '#shared/scoring';
import { runModelCommand } from './model-command.js';
import { clusterHelp, requireDemo } from './model-options.js';
import { awaitScorers, unconfirmedInWords } from './model-scorers.js';

const help = `Usage: npm run model:rollback -- --demo NAME [options]

Makes active again what was active before the last model:publish; where there was nothing
before, the demo's own model; its own challenger, or none.

  --demo NAME       the demo, such as flight-delay
  --as ROLE         champion (default) or challenger
${clusterHelp}
Exit codes: 0 rolled back; 1 a scorer refused it, or the cluster is not reached; 2 the command line is
wrong, or there is nothing to roll back.
`;

await runModelCommand({
  help,
  async prepare(options, terminal, shutdown) {
    const demo = requireDemo(options);
    if (options.positionals.length > 0) {
      throw new KitError('usage', `"${options.positionals[0]}" is no option; which demo is said with --demo NAME.`);
    }
    return async (cluster) => {
      const { role, namespace, topic } = options;
      const scorers = await awaitScorers(cluster, options.registry, `${namespace}${demo}.status`, demo);
      const change = await rollbackModel(cluster, topic, { demo, role });
      const { from, to } = change;
      terminal.say(`${demo}'s ${role} ${successor(role, to)} instead of ${from?.name} ${from?.version}.`);
      if (change.unconfirmed !== undefined) terminal.say(unconfirmedInWords(change.unconfirmed));
      return scorers.answer({ role, change, say: (sentence) => terminal.say(sentence), signal: shutdown.signal });
    };
  },
});

/** Which models come with a demo is not on the topic: its scorers say what they go back to. */
function successor(role: Role, to: ModelReference | undefined): string {
  if (to !== undefined) return `is now ${to.name} ${to.version}`;
  return role === 'champion' ? "is now the demo's own model" : "is now the demo's own, where it has one,";
}

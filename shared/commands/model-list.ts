import { KitError } from '#shared/errors';
import { ModelCatalogue } from '#shared/scoring';
import { runModelCommand } from './model-command.js';
import { clusterHelp } from './model-options.js';

const help = `Usage: npm run model:list -- [--demo NAME] [options]

Lists what is active on the topic "models": each demo's champion and challenger, what a rollback
would go back to, and what a scorer refused and why.

  --demo NAME       of this demo alone
  --json            one JSON object a line
${clusterHelp}
Exit codes: 0 done; 1 the cluster is not reached; 2 the command line is wrong.
`;

await runModelCommand({
  help,
  async prepare({ demo, topic, json, positionals }, terminal) {
    if (positionals.length > 0) {
      throw new KitError('usage', `"${positionals[0]}" is no option; a demo is named with --demo NAME.`);
    }
    return async (cluster) => {
      const catalogue = await ModelCatalogue.open(cluster, topic);
      try {
        const roles = catalogue.allActive
          .filter((active) => demo === undefined || active.demo === demo)
          .toSorted((a, b) => a.demo.localeCompare(b.demo) || a.role.localeCompare(b.role));
        if (json) {
          for (const { demo: of, role, pointer, refusal } of roles) {
            process.stdout.write(`${JSON.stringify({ demo: of, role, ...pointer, refusal: refusal ?? null })}\n`);
          }
          return 0;
        }
        if (roles.length === 0) {
          const whose = demo === undefined ? '' : ` for ${demo}`;
          terminal.say(`Nothing is published${whose} on the topic ${topic}: the demos score with their own models.`);
        }
        for (const { demo: of, role, pointer, refusal } of roles) {
          const { name, version, sha256, publishedAt, previous } = pointer;
          const when = new Date(publishedAt).toISOString().slice(0, 19).replace('T', ' ');
          terminal.say(
            `${terminal.bold(`${of} ${role}`)}  ${name} ${version}  published ${when} UTC  sha256 ${sha256.slice(0, 12)}…`,
          );
          if (refusal !== undefined) terminal.say(`  refused by ${refusal.instance}: ${refusal.message}`);
          const back = previous.map((each) => `${each.name} ${each.version}`);
          const own = role === 'champion' ? "the demo's own model" : "the demo's own challenger, or none";
          terminal.say(terminal.dim(`  a rollback goes to ${[...back, own].join(', then ')}`));
        }
        return 0;
      } finally {
        await catalogue.close();
      }
    };
  },
});

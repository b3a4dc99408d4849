import { runFault } from './fault-command.js';
import { faultHelp, parseFaultOptions } from './fault-options.js';
import { joinCluster } from './joined-cluster.js';
import { runProgram } from './program.js';

const args = process.argv.slice(2);

await runProgram(args, async (terminal, { signal }) => {
  const options = parseFaultOptions(args, process.env);
  if (options === undefined) {
    process.stdout.write(faultHelp);
    return 0;
  }
  const { verbose } = options;
  const cluster = await joinCluster(options.cluster, { clientId: 'fault', verbose, suggestsBroker: false });
  try {
    return await runFault(options, cluster, terminal, signal);
  } finally {
    await cluster.close();
  }
});

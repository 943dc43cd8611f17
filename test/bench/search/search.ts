import {parseArgs} from 'node:util';
import {join} from 'node:path';
import type {EngineName} from '../../../trainer/contract/engine/engineInfo.ts';
import {UserError} from '../../../trainer/contract/errors.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {openMergeLab} from '../../../trainer/pipeline/search/mergeLab.ts';
import {digitExperts} from './digitExperts.ts';
import {compareStrategies, strategyTable} from './searchStrategies.ts';

// `npm run bench -- search`: the full grid of the paper beside searches of 31 candidates, on four experts of the bundled digits.

const {values} = parseArgs({
  options: {
    images: {type: 'string', default: '64'},
    timesteps: {type: 'string', default: '1'},
    budget: {type: 'string', default: '31'},
    engine: {type: 'string', default: 'tensorflow'},
    /** Only train the experts, which the next call finds. */
    train: {type: 'boolean', default: false},
  },
});

async function bench(): Promise<void> {
  const context = await digitExperts(join(packageRoot(), 'dist', 'bench', 'search'), values.engine);
  if (values.train) return;
  const engine = await startEngine({name: values.engine as EngineName});
  const lab = await openMergeLab(context);
  const settings = {
    images: Number(values.images),
    timesteps: Number(values.timesteps),
    budget: Number(values.budget),
  };
  const compared = await compareStrategies(lab, settings, (text) => process.stderr.write(`${text}\n`));
  process.stdout.write(`\n${strategyTable(compared, settings, engine)}\n`);
  const missed = compared.filter(({isWithinError, inBudget}) => inBudget && !isWithinError);
  if (missed.length === compared.length - 1) process.exitCode = 1;
}

try {
  await bench();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.line}\n`);
  process.exitCode = 2;
}
process.exit();

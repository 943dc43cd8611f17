import {buildFakeTrainer, type Manner} from './buildFakeTrainer.ts';
import {storyFolder} from './storyFolder.ts';
import {story, Workbench} from './workbench.ts';

for (const [manner, what, message] of [
  ['garbage', 'sends garbage', /sends what is no message/],
  ['midline', 'dies in the middle of a line', /ended with code 9/],
  ['flood', 'floods its channel', /sends more than can be read/],
  ['hang', 'says nothing', /has not answered/],
] as const) {
  story(`a trainer that ${what} is reported, and the editor goes on`, async () => {
    const workbench = await startPipeline(manner);
    await workbench.notice(message).waitFor({timeout: 90_000});
    await workbench.type('# still here');
  });
}

story(
  'a run whose log is flooded and ragged is shown as far as it can be read, and as lost when its process is gone',
  async () => {
    const workbench = await startPipeline('ragged');
    await workbench.lens(/running \d+ %/).waitFor();
    await workbench.type('# still here');
    await workbench.lens(/lost at \d+ %/).waitFor();
  },
);

async function startPipeline(manner: Manner): Promise<Workbench> {
  const folder = await storyFolder({}, {'deme.nodePath': await buildFakeTrainer(manner)});
  const workbench = await Workbench.open(folder);
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens('Run pipeline').click();
  return workbench;
}

import {expect, it} from 'vitest';
import {noteOf, RunNotes, tagsOf} from '../../../../trainer/contract/run/runNotes.ts';

it('tags and notes of any text are ones that can be kept', () => {
  const texts = ['', ' , ,', 'good, wide,good', 'x'.repeat(61), Array.from({length: 60}, (_, i) => `tag ${i}`).join()];
  for (const text of texts) expect(RunNotes.safeParse({tags: tagsOf(text), note: noteOf(text)}).success).toBe(true);
  expect(tagsOf('good, wide,good,')).toEqual(['good', 'wide']);
  expect(tagsOf(`${'x'.repeat(70)},${'x'.repeat(80)}`)).toEqual(['x'.repeat(60)]);
  expect(noteOf('x'.repeat(10_001))).toHaveLength(10_000);
});

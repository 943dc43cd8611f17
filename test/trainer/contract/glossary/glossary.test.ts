import {describe, expect, it} from 'vitest';
import {glossary, glossaryTerms, termIn} from '../../../../trainer/contract/glossary/glossary.ts';

describe('the glossary', () => {
  it('has its terms in the order of the alphabet, each with one to three sentences', () => {
    const sorted = [...glossaryTerms].sort((a, b) => a.localeCompare(b, 'en', {sensitivity: 'base'}));
    expect(glossaryTerms).toEqual(sorted);
    for (const term of glossaryTerms) {
      const {meaning} = glossary[term];
      expect(meaning.match(/[.](?= |$)/g)?.length, term).toBeLessThanOrEqual(4);
      expect(meaning, term).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('finds the term that a title begins with, the longest', () => {
    expect(
      [
        'KID',
        'Held-out loss in each range',
        'precision (3 neighbours)',
        'CLIP score (100 x mean cosine)',
        'cma-es',
        'KIDS',
        'recall-like',
        '',
      ].map(termIn),
    ).toEqual(['KID', 'held-out loss', 'precision', 'CLIP score', 'CMA-ES', undefined, undefined, undefined]);
  });
});

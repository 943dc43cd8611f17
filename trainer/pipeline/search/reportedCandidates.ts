import type {Candidate, SearchResult} from '../../contract/run/report.ts';
import type {Proposal} from '../../merge/search/baselineCandidates.ts';
import type {RacedCandidate, RacedSearchResult} from '../../merge/search/racedSearch.ts';

/** The candidates of a search by distance as they are reported: those whose distance is a number, and the vectors of the others. */
export function reportedCandidates({
  candidates,
  refused,
}: RacedSearchResult): Pick<SearchResult, 'candidates' | 'notFinite' | 'refused'> {
  const notFinite = candidates.filter(({value}) => !Number.isFinite(value)).map(vectorOf);
  return {
    candidates: candidatesOf(candidates),
    ...(notFinite.length > 0 && {notFinite}),
    ...(refused.length > 0 && {refused: refused.map(vectorOf)}),
  };
}

/** Those whose distance is a number. */
export function candidatesOf(candidates: readonly RacedCandidate[]): Candidate[] {
  return candidates.filter(({value}) => Number.isFinite(value)).map(candidateOf);
}

export function candidateOf({weights, value, origin, images}: RacedCandidate): Candidate {
  return {weights: [...weights], loss: value, origin, images};
}

function vectorOf({weights, origin}: Proposal): {weights: number[]; origin: string} {
  return {weights: [...weights], origin};
}

import * as z from 'zod';

const [longestTag, mostTags, longestNote] = [60, 50, 10_000];

/** `notes.json` of a run: what users write about it. It affects no result. */
export const RunNotes = z.strictObject({
  format: z.literal(1).default(1),
  tags: z.array(z.string().min(1).max(longestTag)).max(mostTags).default([]),
  note: z.string().max(longestNote).default(''),
});
export type RunNotes = z.infer<typeof RunNotes>;

/** The tags of a text with commas between them, each once; cut where they are too long or too many. */
export function tagsOf(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim().slice(0, longestTag));
  return [...new Set(tags)].filter((tag) => tag !== '').slice(0, mostTags);
}

/** A text as a note; cut where it is too long. */
export function noteOf(text: string): string {
  return text.slice(0, longestNote);
}
